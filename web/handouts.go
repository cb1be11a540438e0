package web

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/grader/grader/schema"
)

// Limits of handouts. The Markdown parser takes time quadratic in a paragraph's length: a paragraph
// of 200 kB of "[a](" took a minute. A longer handout is shown as source. The slowest accepted one
// takes two seconds, once per version.
const (
	maxHandout   = 1 << 20   // bytes that are shown at all
	maxMarkdown  = 128 << 10 // bytes that are rendered as Markdown
	maxParagraph = 12 << 10  // bytes of consecutive lines that are not blank
	keptHandouts = 128       // rendered handouts in the cache
)

// handouts renders the handouts of assignments. Instructors write them in Markdown, which is as
// untrusted as other pushed files.
type handouts struct {
	files    Handouts
	markdown goldmark.Markdown
	policy   *bluemonday.Policy

	turn     sync.Mutex // held while rendering: one handout at a time, each once
	mu       sync.Mutex
	rendered map[int64]template.HTML // by version
}

func newHandouts(files Handouts) *handouts {
	return &handouts{
		files: files,
		markdown: goldmark.New(
			goldmark.WithExtensions(extension.GFM, extension.DefinitionList, extension.Footnote),
			goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(outline{}, 100))),
		),
		policy:   handoutPolicy(),
		rendered: map[int64]template.HTML{},
	}
}

// of returns the handout of a task, or "" if it has none.
func (h *handouts) of(ctx context.Context, t task) (template.HTML, error) {
	if t.Spec == nil || t.Spec.Handout == "" {
		return "", nil
	}
	if html, ok := h.remembered(t.Active.ID); ok {
		return html, nil
	}
	h.turn.Lock()
	defer h.turn.Unlock()
	if html, ok := h.remembered(t.Active.ID); ok {
		return html, nil
	}
	source, err := h.files.ReadFile(ctx, t.Active.RepositoryID, t.Active.Commit, t.Spec.Handout, maxHandout)
	if err != nil {
		return "", fmt.Errorf("read handout: %w", err)
	}
	html, err := h.render(source)
	if err != nil {
		return "", err
	}
	h.remember(t.Active.ID, html)
	return html, nil
}

func (h *handouts) remembered(version int64) (template.HTML, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	html, ok := h.rendered[version]
	return html, ok
}

func (h *handouts) remember(version int64, html template.HTML) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.rendered) >= keptHandouts {
		clear(h.rendered)
	}
	h.rendered[version] = html
}

func (h *handouts) render(source []byte) (template.HTML, error) {
	source = []byte(schema.Sanitize(string(source)))
	if !renderable(source) {
		return template.HTML(`<pre tabindex="0">` + template.HTMLEscapeString(string(source)) + "</pre>"), nil // escaped
	}
	var buffer bytes.Buffer
	if err := h.markdown.Convert(source, &buffer); err != nil {
		return "", fmt.Errorf("render handout: %w", err)
	}
	clean := h.policy.Sanitize(buffer.String())
	// Long lines scroll inside their block, so the block must be reachable by keyboard.
	clean = strings.ReplaceAll(clean, "<pre>", `<pre tabindex="0">`)
	return template.HTML(clean), nil // cleaned by the policy
}

// renderable reports whether Markdown is within the limits.
func renderable(source []byte) bool {
	if len(source) > maxMarkdown {
		return false
	}
	paragraph := 0
	for line := range bytes.Lines(source) {
		if paragraph += len(line); len(bytes.TrimSpace(line)) == 0 {
			paragraph = 0
		}
		if paragraph > maxParagraph {
			return false
		}
	}
	return true
}

// handoutPolicy allows text, tables, code and links. It allows no images (a page makes no
// request to other hosts), no ids and no classes (a handout cannot imitate the site).
func handoutPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "pre", "code", "kbd", "samp", "var",
		"em", "strong", "b", "i", "u", "s", "del", "ins", "sub", "sup", "small", "dl", "dt", "dd", "abbr")
	p.AllowLists()
	p.AllowTables()
	p.AllowStandardURLs()
	p.AllowRelativeURLs(false)
	p.AllowAttrs("href").OnElements("a")
	p.RequireNoReferrerOnLinks(true)
	p.RequireNoFollowOnLinks(true)
	return p
}

// outline makes a handout's headings lower than the page's own and replaces images with their text.
type outline struct{}

// Transform implements parser.ASTTransformer.
func (outline) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	highest := 7
	var images []*ast.Image
	// The walker returns only its visitor's error, which is always nil.
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch node := n.(type) {
		case *ast.Heading:
			highest = min(highest, node.Level)
		case *ast.Image:
			images = append(images, node)
		}
		return ast.WalkContinue, nil
	})
	demote(doc, 3-highest)
	for _, image := range images {
		words := ast.NewString([]byte("[picture: " + plainText(image, reader.Source()) + "]"))
		image.Parent().ReplaceChild(image.Parent(), image, words)
	}
}

func demote(doc *ast.Document, by int) {
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if heading, ok := n.(*ast.Heading); ok {
			heading.Level = min(max(heading.Level+by, 3), 6)
		}
	}
}

func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	for child := n.FirstChild(); child != nil; child = child.NextSibling() {
		if t, ok := child.(*ast.Text); ok {
			b.Write(t.Segment.Value(source))
		} else {
			b.WriteString(plainText(child, source))
		}
	}
	return b.String()
}
