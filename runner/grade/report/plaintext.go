package report

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// terminalSequence matches the control sequences of terminals: colours, cursor movements, titles, links.
var terminalSequence = regexp.MustCompile(`\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_][^\x1b]*\x1b\\|[ -/]*[0-~])`)

// plainText converts a text in one of Gradescope's formats to plain text. It removes the markup of
// html and simple_format and the control sequences of ansi; it returns md unchanged.
func plainText(text, format string) string {
	switch strings.ToLower(strings.TrimSpace(format)) {
	case "html":
		text = htmlText(text, false)
	case "simple_format":
		text = htmlText(text, true)
	}
	return strings.TrimSpace(terminalSequence.ReplaceAllString(text, ""))
}

// htmlText returns the text of an HTML fragment, without scripts and styles. If keepBreaks is set, it
// keeps the source's line breaks. Otherwise they are white space, except in preformatted text.
func htmlText(source string, keepBreaks bool) string {
	t := htmlWriter{keepBreaks: keepBreaks}
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return t.String()
		case html.TextToken:
			t.write(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			t.start(atom.Lookup(name))
		case html.EndTagToken:
			name, _ := z.TagName()
			t.end(atom.Lookup(name))
		}
	}
}

// htmlWriter collects the text of HTML.
type htmlWriter struct {
	strings.Builder
	keepBreaks bool
	silent     atom.Atom // the open element whose content is not text
	pre        int       // open preformatted elements
}

func (w *htmlWriter) write(text string) {
	switch {
	case w.silent != 0:
	case w.keepBreaks || w.pre > 0:
		w.WriteString(text)
	default:
		words := strings.Join(strings.Fields(text), " ")
		if words == "" {
			w.space()
			return
		}
		if strings.TrimLeft(text, " \t\r\n") != text {
			w.space()
		}
		w.WriteString(words)
		if strings.TrimRight(text, " \t\r\n") != text {
			w.WriteString(" ")
		}
	}
}

// space separates words.
func (w *htmlWriter) space() {
	if s := w.String(); s != "" && !strings.HasSuffix(s, " ") && !strings.HasSuffix(s, "\n") {
		w.WriteString(" ")
	}
}

// newline ends the current line, unless it is empty.
func (w *htmlWriter) newline() {
	if s := w.String(); s != "" && !strings.HasSuffix(s, "\n") {
		w.WriteString("\n")
	}
}

func (w *htmlWriter) start(a atom.Atom) {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Noscript, atom.Title, atom.Iframe:
		if w.silent == 0 {
			w.silent = a
		}
	case atom.Br:
		w.WriteString("\n")
	case atom.Li:
		w.newline()
		w.WriteString("- ")
	case atom.Td, atom.Th:
		w.space()
	case atom.Pre:
		w.newline()
		w.pre++
	default:
		w.block(a)
	}
}

func (w *htmlWriter) end(a atom.Atom) {
	switch a {
	case w.silent:
		w.silent = 0
	case atom.Pre:
		w.pre = max(w.pre-1, 0)
		w.newline()
	default:
		w.block(a)
	}
}

// block begins a new line for an element that is displayed as a block.
func (w *htmlWriter) block(a atom.Atom) {
	switch a {
	case atom.P, atom.Div, atom.Tr, atom.Table, atom.Ul, atom.Ol, atom.Li, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
		atom.Blockquote, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Hr, atom.Dt, atom.Dd, atom.Caption, atom.Summary:
		w.newline()
	}
}
