import type { ReactNode } from "react";
import { useTexts } from "../texts";

type ButtonProps = {
  name: string;
  hint?: string;
  disabled?: boolean;
  pressed?: boolean;
  onClick: () => void;
  children: ReactNode;
};

/** A picture as a button; its name is told to all, its key on hovering. */
export function IconButton({ name, hint, disabled, pressed, onClick, children }: ButtonProps) {
  const { t } = useTexts();
  return (
    <button
      type="button"
      className="ui-icon mask-icon"
      aria-label={name}
      title={hint ? t("mask.withKey", { name, key: hint }) : name}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
