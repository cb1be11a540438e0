package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// codeClassroom returns a classroom with a submission of alice's, whose compiler output mentions
// its lines.
func codeClassroom(t *testing.T) *classroom {
	t.Helper()
	c := newClassroom(t)
	c.files["list.c"] = "// a <list>\nint main(void) {\n\treturn 0;\n}\n"
	c.files["src/main.py"] = "print(1)\n"
	c.files["core"] = "\x7fELF\x00\x01"
	c.files["large.c"] = strings.Repeat("x", 256<<10+1)
	r := gradedResult()
	r.Build.Output = "list.c:3:2: error: no <b>\nother.c:9:1: error\n../list.c:2: note\nlist.c:0003: again"
	r.Tests[1].Output = "Traceback:\n  File \"src/main.py\", line 1, in <module>\n"
	c.finish(c.submit("alice", 1), r)
	return c
}

func TestCompilerMessagesLeadToSourceLines(t *testing.T) {
	t.Parallel()
	p := newSite(t, codeClassroom(t), nil).as("alice").page("/comp2402/a1/alice/1")
	var links []string
	for _, a := range p.all("pre a") {
		href, _ := attribute(a, "href")
		links = append(links, words(a)+" > "+href)
	}
	const root = "/comp2402/a1/alice/1/-/files/"
	want := []string{
		"list.c:3 > " + root + "list.c#L3", "list.c:2 > " + root + "list.c#L2", "list.c:0003 > " + root + "list.c#L3",
		`src/main.py", line 1 > ` + root + "src/main.py#L1",
	}
	if diff := cmp.Diff(want, links); diff != "" {
		t.Error(diff)
	}
	mustContain(t, p.text("#build pre"), "list.c:3:2: error: no <b> other.c:9:1: error")
}

func TestGradedCodeIsBrowsable(t *testing.T) {
	t.Parallel()
	s := newSite(t, codeClassroom(t), nil)
	alice := s.as("alice")
	const root = "/comp2402/a1/alice/1/-/files"
	p := alice.page(root)
	mustContain(t, strings.Join(p.texts(".listing tbody tr"), "\n"), "list.c42 bytes", "src/main.py9 bytes")
	p = alice.page(root + "/list.c")
	if diff := cmp.Diff([]string{"// a <list>", "int main(void) {", "return 0;", "}"}, p.texts(".source code")); diff != "" {
		t.Error(diff)
	}
	for selector, want := range map[string]string{".source .comment": "// a <list>", "#L3 .keyword": "return", "#L3 .number": "0"} {
		if got := p.text(selector); got != want {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	mustContain(t, alice.page(root+"/core").text("main"), "This file is not text and not shown here.")
	if got := alice.get(root + "/large.c"); got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "larger than 256 KiB") {
		t.Errorf("a large file: status %d", got.status)
	}
	for _, path := range []string{"/nothing.c", "/../../../etc/passwd", "/%2e%2e/secret", "//list.c", "/list.c/"} {
		if got := alice.get(root + path).status; got != http.StatusNotFound && got != http.StatusTemporaryRedirect && got != http.StatusMovedPermanently {
			t.Errorf("%s: status %d", path, got)
		}
	}
	for who, want := range map[string]int{"bob": 404, "mallory": 404, "tina": 200} {
		if got := s.as(who).get(root + "/list.c").status; got != want {
			t.Errorf("%s: status %d, want %d", who, got, want)
		}
	}
}

// TestHostileSourceIsShown checks that source that is slow to highlight or hides characters is
// shown as plain sanitised text.
func TestHostileSourceIsShown(t *testing.T) {
	t.Parallel()
	c := codeClassroom(t)
	c.files["bidi.c"] = "int a; /* \u202e } */\r\n\x1b[31mred\n"
	c.files["long.py"] = strings.Repeat("(", 60<<10) + "\n"
	c.files["many.rb"] = strings.Repeat("%q(", 15<<10) + "\n"
	alice := newSite(t, c, nil).as("alice")
	body := alice.get("/comp2402/a1/alice/1/-/files/bidi.c").body
	if strings.ContainsAny(body, "\u202e\x1b") {
		t.Error("a control character reaches the page")
	}
	for _, name := range []string{"long.py", "many.rb"} {
		p := alice.page("/comp2402/a1/alice/1/-/files/" + name)
		if n := len(p.all(".source tr")); n != 1 {
			t.Errorf("%s: %d lines", name, n)
		}
	}
}
