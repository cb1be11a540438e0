package web_test

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/grader/grader/internal/chrome"
	"github.com/grader/grader/schema"
)

// instructor opens a window in which ines has signed in.
func (s *realSite) instructor() *window {
	s.t.Helper()
	c := openWindow(s.t, s.base())
	ines := must[schema.User](s.t)(s.ledger.UserByLogin(s.t.Context(), "ines"))
	c.SignIn(must[string](s.t)(s.ledger.NewLoginToken(s.t.Context(), schema.Operator(), ines, time.Now().Add(time.Hour))))
	return c
}

// write enters a text at the cursor, as an input method does.
func write(text string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, tab, input.InsertText, input.InsertTextParams{Text: text})
		return chromedp.Void{}, err
	}
}

// becomes waits until an expression is true.
func (c *window) becomes(what, expression string) {
	c.t.Helper()
	c.Do(what, chromedp.Poll[chromedp.Void](expression, chromedp.WithPollingTimeout(30*time.Second)))
}

// TestMistakeIsMarkedAndMendedInTheEditor types a mistake, sees it marked, undoes it, saves a
// change, and sees the gate pass.
func TestMistakeIsMarkedAndMendedInTheEditor(t *testing.T) {
	s, keep := newShelf(t)
	c := s.instructor()
	c.Open(editor + "/files/assignment.yaml")
	c.becomes("wait for the editor", `document.querySelector(".cm-editor") !== null && document.querySelector("textarea").hidden`)
	if !chrome.Ask[bool](c.Browser, `document.querySelectorAll(".cm-line span[class]").length > 3`) {
		t.Error("YAML is not highlighted")
	}
	c.Do("type a mistake", chromedp.Focus(chromedp.CSS(".cm-content")), write("titel: wrong\n"))
	c.becomes("wait for the mark", `document.querySelector(".cm-lintRange-error")?.textContent === "titel"`)
	if said := chrome.Ask[string](c.Browser, `document.getElementById("problems").textContent`); !strings.Contains(said, `assignment.yaml, line 1, column 1: unknown key "titel"`) {
		t.Errorf("the page says %q", said)
	}
	if gutter := chrome.Ask[int](c.Browser, `document.querySelectorAll(".cm-lint-marker-error").length`); gutter != 1 {
		t.Errorf("%d marks beside the lines, want 1", gutter)
	}
	c.Do("take it back", chromedp.KeyEvent("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	c.becomes("wait for no mark", `!document.querySelector(".cm-lintRange-error") && document.getElementById("problems").textContent === "The files can be read."`)
	c.Do("write a comment", write("# for the lab\n"))
	// With the keyboard: the page moves while the text is checked, and a click could miss the button.
	c.Do("save", chromedp.Focus(chromedp.CSS("button[value=save]")), chromedp.KeyEvent("\r"))
	c.AwaitText(".standing .mark", "Being checked")
	if len(keep.uploads) != 1 || !strings.HasPrefix(string(keep.uploads[0].Files[0].Data), "# for the lab\ntitle: ") {
		t.Fatalf("saved: %+v", keep.uploads)
	}
	passed := gradedResult()
	passed.Gate = &schema.GateResult{Passed: true}
	s.ledger.grade(passed)
	c.Open(editor + "/versions/2")
	if got := chrome.Ask[string](c.Browser, `document.querySelector(".standing .mark").textContent`); got != "Active" {
		t.Errorf("after its gate the version is %q", got)
	}
	if said := c.Complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
}

// TestEditorIsAccessible checks the editor with a mistake in it with axe, in both schemes, on a phone and
// on a desktop. It also checks that nothing moves when the editor replaces the textarea.
func TestEditorIsAccessible(t *testing.T) {
	s, _ := newShelf(t)
	c, axe, dir := s.instructor(), axeSource(t), t.ArtifactDir()
	for _, scheme := range []string{"light", "dark"} {
		for width, label := range map[int64]string{390: "phone", 1280: "desktop"} {
			c.Do("dress for "+label, media(scheme), chromedp.EmulateViewport(width, 844))
			c.Open(editor + "/files/assignment.yaml")
			c.becomes("wait for the editor", `document.querySelector(".cm-editor") !== null`)
			if by := c.shift(); by > mostShift {
				t.Errorf("%s, %s: the page shifts by %v", scheme, label, by)
			}
			c.Do("type a mistake", chromedp.Focus(chromedp.CSS(".cm-content")), write("titel: wrong\n"))
			c.becomes("wait for the mark", `document.querySelector(".cm-lintRange-error") !== null`)
			if err := os.WriteFile(filepath.Join(dir, "editor-"+label+"-"+scheme+".png"), c.Picture(true), 0o600); err != nil {
				t.Fatal(err)
			}
			c.finds(axe, scheme+", "+label)
		}
	}
	if said := c.Complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
}

// TestEditorDoesNotTrapTheKeyboard indents with Tab and leaves the editor with Escape and Tab.
func TestEditorDoesNotTrapTheKeyboard(t *testing.T) {
	s, _ := newShelf(t)
	c := s.instructor()
	c.Open(editor + "/files/assignment.yaml")
	c.becomes("wait for the editor", `document.querySelector(".cm-editor") !== null`)
	before := chrome.Ask[string](c.Browser, `document.querySelector("textarea").value`)
	c.Do("press Tab", chromedp.Focus(chromedp.CSS(".cm-content")), chromedp.KeyEvent("\t"))
	if got := chrome.Ask[string](c.Browser, `document.querySelector("textarea").value`); got != "  "+before {
		t.Errorf("Tab made %q of %q", got[:10], before[:10])
	}
	if !chrome.Ask[bool](c.Browser, `document.activeElement.className.includes("cm-content")`) {
		t.Error("Tab left the text")
	}
	c.Do("press Escape and Tab", chromedp.KeyEvent("\x1b"), chromedp.KeyEvent("\t"))
	if at := chrome.Ask[string](c.Browser, `document.activeElement.textContent`); at != "Save and run the gate" {
		t.Errorf("Escape and Tab lead to %q", at)
	}
	says := chrome.Ask[string](c.Browser, `document.getElementById(document.querySelector(".cm-content").getAttribute("aria-describedby")).textContent`)
	if !strings.Contains(says, "press Escape and then Tab") {
		t.Errorf("the page says %q", says)
	}
}

// TestCourseFileIsCheckedInTheEditor sees a mistake in course.yaml marked.
func TestCourseFileIsCheckedInTheEditor(t *testing.T) {
	s, _ := newShelf(t)
	c := s.instructor()
	c.Open("/comp2402/-/settings")
	c.becomes("wait for the editor", `document.querySelector(".cm-editor") !== null`)
	c.Do("type a mistake", chromedp.Focus(chromedp.CSS(".cm-content")), write("late_tokns: 1\n"))
	c.becomes("wait for the mark", `document.querySelector(".cm-lintRange-error")?.textContent === "late_tokns"`)
	if said := c.Complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
}

// TestEditorIsLoadedWhereTextIsEdited checks that no other page loads the editor, and that the
// nonce of its styles is different each time.
func TestEditorIsLoadedWhereTextIsEdited(t *testing.T) {
	t.Parallel()
	s, _ := newShelf(t)
	ines := s.signIn("ines")
	nonces := map[string]bool{}
	for path, loads := range map[string]bool{
		editor + "/files/assignment.yaml": true, editor + "/files/io/1.in": true, "/comp2402/-/settings": true,
		editor: false, editor + "/files/picture.png": false, "/comp2402/-/new": false, "/comp2402": false, "/-/notifications": false,
	} {
		for range 2 {
			got := ines.get(path)
			if has := strings.Contains(got.body, "/-/static/editor."); has != loads {
				t.Errorf("%s loads the editor: %v, want %v", path, has, loads)
			}
			_, nonce, found := strings.Cut(got.header.Get("Content-Security-Policy"), "style-src 'self' 'nonce-")
			if nonce, _, _ = strings.Cut(nonce, "'"); loads && (!found || nonces[nonce] || !strings.Contains(got.body, `data-nonce="`+nonce+`"`)) {
				t.Errorf("%s: nonce %q", path, nonce)
			} else if !loads && found {
				t.Errorf("%s: a nonce that nothing needs", path)
			}
			nonces[nonce] = true
		}
	}
	got := ines.submit("/comp2402/-/settings/validate", url.Values{"text": {"late_tokens: 1\n"}})
	if strings.TrimSpace(got.body) != `{"problems":[]}` {
		t.Errorf("validate what is right: %s", got.body)
	}
}

// TestMarkdownIsHighlighted writes Markdown in files of each name, and none in a file of another name.
func TestMarkdownIsHighlighted(t *testing.T) {
	s, _ := newShelf(t)
	c := s.instructor()
	const styled = `(text => { const e = [...document.querySelectorAll(".cm-line span[class]")].find(e => e.textContent.includes(text)); return e ? getComputedStyle(e) : {}; })`
	for name, want := range map[string]bool{"README.md": true, "docs/NOTES.MARKDOWN": true, "notes.txt": false} {
		c.Open(editor + "/files/" + name + "?new=1")
		c.becomes("wait for the editor", `document.querySelector(".cm-editor") !== null`)
		c.Do("write", chromedp.Focus(chromedp.CSS(".cm-content")), write("# A title\n\nSome **bold** text and *leaning* text\n\n| a | b |\n|---|---|\n| ~~gone~~ | `c` |\n"))
		if want {
			c.becomes("see a bold title", styled+`("A title").fontWeight === "700"`)
		}
		got := chrome.Ask[[]bool](c.Browser, `[`+styled+`("A title").fontWeight === "700", `+styled+`("bold").fontWeight === "700", `+styled+`("leaning").fontStyle === "italic", `+styled+`("gone").textDecorationLine === "line-through"]`)
		if slices.Contains(got, !want) {
			t.Errorf("%s: title, bold, italic and struck text: %v", name, got)
		}
	}
	if said := c.Complaints(); len(said) > 0 {
		t.Errorf("the browser complains: %q", said)
	}
}
