package web

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// FuzzHandout renders arbitrary handouts. The result must contain only text, tables, code and links.
func FuzzHandout(f *testing.F) {
	for _, seed := range []string{
		"# A\n\n## B\n\n[x](javascript:alert(1)) ![y](https://evil.example/y.png)", "<script>alert(1)</script>", "<p onclick=x()>a", "[a]: data:text/html,x\n\n[a]",
		"| a | b |\n|:-:|--|\n| `c` | <img src=x onerror=y> |", "> * 1. ```\n\x00\u202e", "[^1]\n\n[^1]: note", "<a href=\"//evil.example\" style=x class=card id=main>b</a>",
		"&#x202e;&#0;", "term\n: definition", "- [x] done", "![![a](b)](c)", "http://a.example www.b.example c@d.example",
	} {
		f.Add(seed)
	}
	h := newHandouts(nil)
	allowed := map[string]bool{}
	for tag := range strings.FieldsSeq("html head body h3 h4 h5 h6 p br hr blockquote pre code kbd samp var em strong b i u s del ins sub sup small " +
		"dl dt dd abbr ul ol li table thead tbody tfoot tr th td caption col colgroup a") {
		allowed[tag] = true
	}
	f.Fuzz(func(t *testing.T, source string) {
		rendered, err := h.render([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		root, err := html.Parse(strings.NewReader(string(rendered)))
		if err != nil {
			t.Fatal(err)
		}
		for n := range root.Descendants() {
			if n.Type == html.ElementNode && !allowed[n.Data] {
				t.Errorf("<%s> in %q", n.Data, rendered)
			}
			for _, a := range n.Attr {
				checkHandoutAttribute(t, n.Data, a)
			}
		}
	})
}

// TestLongHandout renders a handout that could keep the parser busy for minutes.
func TestLongHandout(t *testing.T) {
	t.Parallel()
	h := newHandouts(nil)
	for name, source := range map[string]string{
		"links": strings.Repeat("[a](", 50000), "emphasis": strings.Repeat("*a_ ", 50000), "quotes": strings.Repeat("> ", 50000),
		"many lines": strings.Repeat("[a](b\n", 30000), "long": strings.Repeat("a <b>\n\n", 40000),
	} {
		rendered, err := h.render([]byte(source))
		if err != nil || !strings.HasPrefix(string(rendered), `<pre tabindex="0">`) || strings.Contains(string(rendered[5:]), "<b>") {
			t.Errorf("%s: %v, %.80s", name, err, rendered)
		}
	}
}

func checkHandoutAttribute(t *testing.T, tag string, a html.Attribute) {
	t.Helper()
	switch a.Key {
	case "href":
		for _, scheme := range []string{"http:", "https:", "mailto:"} {
			if strings.HasPrefix(strings.ToLower(a.Val), scheme) {
				return
			}
		}
		t.Errorf("link to %q", a.Val)
	case "id", "class", "style", "name":
		t.Errorf("%s has %s=%q", tag, a.Key, a.Val)
	default:
		if strings.HasPrefix(a.Key, "on") {
			t.Errorf("%s has %s=%q", tag, a.Key, a.Val)
		}
	}
}
