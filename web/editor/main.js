// This script replaces the form's textarea with an editor. It copies each change into the textarea,
// which the form submits. Mistakes come from site.js, which has the server check the text.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { HighlightStyle, Language, StreamLanguage, bracketMatching, defineLanguageFacet, indentOnInput, indentUnit, languageDataProp, syntaxHighlighting } from "@codemirror/language";
import { yaml } from "@codemirror/lang-yaml";
import { c, cpp, java } from "@codemirror/legacy-modes/mode/clike";
import { go } from "@codemirror/legacy-modes/mode/go";
import { javascript, json } from "@codemirror/legacy-modes/mode/javascript";
import { python } from "@codemirror/legacy-modes/mode/python";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { GFM, parser } from "@lezer/markdown";

const modes = { c, h: c, cc: cpp, cpp, cxx: cpp, hh: cpp, hpp: cpp, java, go, js: javascript, mjs: javascript, json, py: python, sh: shell, bash: shell };

// markdown highlights Markdown with GitHub's extensions. @codemirror/lang-markdown would also highlight HTML, CSS
// and JavaScript in it, and make the editor half as large again.
const markdownData = defineLanguageFacet({ commentTokens: { block: { open: "<!--", close: "-->" } } });
const markdown = new Language(markdownData, parser.configure([GFM, { props: [languageDataProp.add({ Document: markdownData })] }]), [], "markdown");

// language returns the highlighting of a file by the end of its name, none for others.
function language(name) {
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  if (ending === "yaml" || ending === "yml") return [yaml(), indentUnit.of("  ")];
  if (ending === "md" || ending === "markdown") return [markdown, indentUnit.of("  ")];
  const mode = Object.hasOwn(modes, ending) ? modes[ending] : null;
  return [mode ? StreamLanguage.define(mode) : [], indentUnit.of("    ")];
}

// The colours are those of site.css, which has them for both schemes.
const colours = HighlightStyle.define([
  { tag: [tags.comment, tags.meta], color: "var(--soft)" },
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--odd)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--cyan)" },
  { tag: [tags.definition(tags.propertyName), tags.propertyName, tags.typeName], color: "var(--accent)" },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.quote, tags.labelName], color: "var(--soft)" },
  { tag: tags.heading, color: "var(--accent)", fontWeight: "bold" },
  { tag: [tags.link, tags.url], color: "var(--accent)" },
  { tag: tags.monospace, color: "var(--good)" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strong, fontWeight: "bold" },
  { tag: tags.strikethrough, textDecoration: "line-through" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

const theme = EditorView.theme({
  "&": { border: "1px solid var(--edge)", borderRadius: ".45rem", backgroundColor: "var(--sheet)", color: "var(--ink)", fontSize: ".9rem", marginBottom: ".8rem" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.45" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--well)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "transparent", boxShadow: "inset 3px 0 0 var(--accent)" },
  ".cm-placeholder": { color: "var(--soft)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--edge)" },
  ".cm-panels, .cm-tooltip": { backgroundColor: "var(--well)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-textfield": { backgroundColor: "var(--sheet)", color: "var(--ink)", borderColor: "var(--edge)" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--sheet)", color: "var(--ink)", borderColor: "var(--edge)" },
  // The pictures of @codemirror/lint are data: addresses, which the site's policy does not load.
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--bad)", textUnderlineOffset: ".2em" },
  ".cm-lint-marker-error": { content: "normal", width: "auto" },
  ".cm-lint-marker-error::before": { content: "'!'", color: "var(--bad)", fontWeight: "bold", paddingInline: ".25em" },
  ".cm-gutter-lint": { width: "1.1em" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
});

// mark returns a mistake in the form of @codemirror/lint: from its place to the end of the word.
function mark(doc, problem) {
  const line = doc.line(Math.min(Math.max(problem.line, 1), doc.lines));
  const from = Math.min(line.from + Math.max(problem.column - 1, 0), line.to);
  const word = /^[^\s:,\]}]+/.exec(doc.sliceString(from, line.to));
  return { from, to: word ? from + word[0].length : line.to, severity: "error", message: problem.message };
}

// edit puts an editor in the place of a form's textarea.
function edit(form) {
  const text = form.elements.text;
  const height = text.offsetHeight;
  const state = EditorState.create({
    doc: text.value,
    extensions: [
      EditorView.cspNonce.of(form.dataset.nonce),
      EditorView.contentAttributes.of({ "aria-label": form.querySelector("label[for=text]").textContent, "aria-describedby": "keys", tabindex: "0", spellcheck: "false", autocapitalize: "none" }),
      lineNumbers(), lintGutter(), history(), bracketMatching(), indentOnInput(), highlightActiveLine(), search({ top: true }),
      syntaxHighlighting(colours), language(form.dataset.file), theme, EditorView.theme({ "&": { height: `${height}px` } }),
      placeholder(text.placeholder), EditorState.readOnly.of(text.readOnly), EditorState.tabSize.of(4),
      keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap, ...(text.readOnly ? [] : [indentWithTab])]),
      EditorView.updateListener.of(update => {
        if (!update.docChanged) return;
        text.value = update.state.doc.toString();
        text.dispatchEvent(new Event("input"));
      }),
    ],
  });
  const view = new EditorView({ state });
  text.hidden = true;
  text.before(view.dom);
  document.getElementById("keys").classList.remove("unseen");
  form.addEventListener("checked", event => {
    const own = event.detail.filter(problem => problem.file === form.dataset.file);
    view.dispatch(setDiagnostics(view.state, own.map(problem => mark(view.state.doc, problem)).sort((a, b) => a.from - b.from)));
  });
}

document.querySelectorAll("form[data-nonce]").forEach(edit);
