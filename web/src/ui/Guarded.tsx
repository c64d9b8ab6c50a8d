/** A part of the page whose defect, or whose missing file, must not take the rest along. */

import { Component, type ReactNode } from "react";
import { t } from "../texts";

type Props = { children: ReactNode };

export class Guarded extends Component<Props, { error: Error | null }> {
  override state = { error: null as Error | null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <div className="app-note" role="alert">
        <p>{t("app.broken", { what: error.message })}</p>
        <button type="button" className="ui-button" onClick={() => this.setState({ error: null })}>
          {t("app.tryAgain")}
        </button>{" "}
        <button type="button" className="ui-button" onClick={() => location.reload()}>
          {t("app.reload")}
        </button>
      </div>
    );
  }
}
