/** Markdown as elements. Markup of other kinds stands there as the text that it is; links open elsewhere and only lead to web addresses. */

import { lexer, type Token, type Tokens } from "marked";
import { createElement, type ReactNode } from "react";

const DEEPEST = 12;

export function Markdown({ text }: { text: string }) {
  return <div className="canvas-markdown">{blocks(lexer(text.slice(0, 20_000)), 0)}</div>;
}

function blocks(tokens: Token[] | undefined, depth: number): ReactNode {
  if (!tokens || depth > DEEPEST) return null;
  // biome-ignore lint/suspicious/noArrayIndexKey: a text never changes the order of its own tokens
  return tokens.map((token, at) => <Piece key={`${at} ${token.type}`} token={token} depth={depth + 1} />);
}

const WRAPS: Record<string, string> = {
  paragraph: "p",
  blockquote: "blockquote",
  strong: "strong",
  em: "em",
  del: "s",
};

function Piece({ token, depth }: { token: Token; depth: number }): ReactNode {
  const inner = () => blocks((token as Tokens.Generic).tokens, depth);
  const wrap = WRAPS[token.type];
  if (wrap) return createElement(wrap, null, inner());
  switch (token.type) {
    case "space":
      return null;
    case "heading":
      return createElement(`h${Math.min(6, (token as Tokens.Heading).depth + 2)}`, null, inner());
    case "list":
      return <List list={token as Tokens.List} depth={depth} />;
    case "code":
      return (
        <pre>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      );
    case "codespan":
      return <code>{(token as Tokens.Codespan).text}</code>;
    case "br":
      return <br />;
    case "hr":
      return <hr />;
    case "link":
      return <Away link={token as Tokens.Link}>{inner()}</Away>;
    case "text":
      return (token as Tokens.Text).tokens ? inner() : plain((token as Tokens.Text).text);
    case "escape":
      return plain((token as Tokens.Escape).text);
    default:
      return token.raw;
  }
}

function List({ list, depth }: { list: Tokens.List; depth: number }) {
  const items = list.items.map((item, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a text never changes the order of its own items
    <li key={at}>
      {item.task && <input type="checkbox" checked={item.checked ?? false} readOnly disabled />}
      {blocks(item.tokens, depth)}
    </li>
  ));
  return list.ordered ? <ol start={Number(list.start) || 1}>{items}</ol> : <ul>{items}</ul>;
}

function Away({ link, children }: { link: Tokens.Link; children: ReactNode }) {
  if (!/^https?:\/\//i.test(link.href)) return <>{link.raw}</>;
  return (
    <a href={link.href} target="_blank" rel="noreferrer noopener" className="nodrag">
      {children}
    </a>
  );
}

/** The lexer writes some signs as HTML does; here they are signs again. */
function plain(text: string): string {
  const signs: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (sign) => signs[sign] ?? sign);
}
