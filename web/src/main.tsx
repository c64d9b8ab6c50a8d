import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./ui/tokens.css";
import "./ui/buttons.css";
import { App, fetchPart } from "./ui/App";
import { begin } from "./ui/begin";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");
begin(fetchPart());
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
