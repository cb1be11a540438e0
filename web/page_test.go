package web_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// page is parsed HTML that supports simple selectors: parts separated by blanks are ancestors, and each part is a combination of
// tag, .class, #id, [attribute] and [attribute=value].
type page struct {
	t    *testing.T
	root *html.Node
}

func parsePage(t *testing.T, body string) *page {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return &page{t, root}
}

// all returns the elements that a selector matches, in document order.
func (p *page) all(selector string) []*html.Node {
	found := []*html.Node{p.root}
	for part := range strings.FieldsSeq(selector) {
		var next []*html.Node
		for _, from := range found {
			for n := range from.Descendants() {
				if matches(n, part) && !slices.Contains(next, n) {
					next = append(next, n)
				}
			}
		}
		found = next
	}
	return found
}

// text returns the words of the only element that a selector matches.
func (p *page) text(selector string) string {
	p.t.Helper()
	found := p.all(selector)
	if len(found) != 1 {
		p.t.Fatalf("%d elements match %q, want 1", len(found), selector)
	}
	return words(found[0])
}

// texts returns the words of each element that a selector matches.
func (p *page) texts(selector string) []string {
	var all []string
	for _, n := range p.all(selector) {
		all = append(all, words(n))
	}
	return all
}

// words returns an element's text with single blanks.
func words(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func matches(n *html.Node, part string) bool {
	if n.Type != html.ElementNode {
		return false
	}
	for part != "" {
		end := strings.IndexAny(part[1:], ".#[") + 1
		if end == 0 {
			end = len(part)
		}
		if !matchesOne(n, part[:end]) {
			return false
		}
		part = part[end:]
	}
	return true
}

func matchesOne(n *html.Node, one string) bool {
	switch one[0] {
	case '.':
		classes, _ := attribute(n, "class")
		return slices.Contains(strings.Fields(classes), one[1:])
	case '#':
		id, _ := attribute(n, "id")
		return id == one[1:]
	case '[':
		name, want, valued := strings.Cut(strings.Trim(one, "[]"), "=")
		got, ok := attribute(n, name)
		return ok && (!valued || got == want)
	}
	return n.Data == one
}
