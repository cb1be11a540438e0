package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/web"
)

// handIn sends files on a page, each with the path that a browser gives it.
func (b *browser) handIn(field string, files map[string]string, values url.Values) reply {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name := range values {
		if err := form.WriteField(name, values.Get(name)); err != nil {
			b.t.Fatal(err)
		}
	}
	for path, text := range files {
		h := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q; filename=%q`, field, path)}}
		part, err := form.CreatePart(h)
		if err != nil {
			b.t.Fatal(err)
		}
		if _, err := part.Write([]byte(text)); err != nil {
			b.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		b.t.Fatal(err)
	}
	return b.sendBody("/comp2402/a1/-/upload", form.FormDataContentType(), &body)
}

// zipOf returns a zip of files. A path that ends in "@" is a symbolic link.
func zipOf(t *testing.T, files map[string]string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for path, text := range files {
		h := &zip.FileHeader{Name: strings.TrimSuffix(path, "@"), Method: zip.Deflate}
		if strings.HasSuffix(path, "@") {
			h.SetMode(fs.ModeSymlink | 0o777)
		}
		f, err := w.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func paths(u schema.Upload) []string {
	var all []string
	for _, f := range u.Files {
		all = append(all, f.Path+"="+string(f.Data))
	}
	slices.Sort(all)
	return all
}

func TestHandInByUpload(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		field string
		files map[string]string
		want  []string
	}{
		"files":                             {"files", map[string]string{"list.c": "1", "notes.txt": "2"}, []string{"list.c=1", "notes.txt=2"}},
		"a folder":                          {"folder", map[string]string{"mine/list.c": "1", "mine/src/a.h": "2"}, []string{"list.c=1", "src/a.h=2"}},
		"a zip":                             {"files", map[string]string{"a1.zip": zipOf(t, map[string]string{"list.c": "1", "src/a.h": "2"})}, []string{"list.c=1", "src/a.h=2"}},
		"a zip of a folder, with debris":    {"files", map[string]string{"A1.ZIP": zipOf(t, map[string]string{"a1/list.c": "1", "a1/.DS_Store": "x", "__MACOSX/a1/list.c": "y"})}, []string{"list.c=1"}},
		"a zip with every kind of debris":   {"files", map[string]string{"a1.zip": zipOf(t, map[string]string{"a1/list.c": "1", "a1/._list.c": "x", "a1/Desktop.ini": "y", "a1/.AppleDouble/list.c": "z", "a1/thumbs.DB": "z"})}, []string{"list.c=1"}},
		"a folder, with debris":             {"folder", map[string]string{"a1/list.c": "1", "a1/.DS_Store": "x", "a1/src/._a.h": "y", "a1/desktop.ini": "z"}, []string{"list.c=1"}},
		"a file that was chosen on purpose": {"files", map[string]string{"desktop.ini": "1"}, []string{"desktop.ini=1"}},
		"one file below a folder":           {"files", map[string]string{"src/list.c": "1"}, []string{"src/list.c=1"}},
		"a file beside a zip":               {"files", map[string]string{"src/list.c": "1", "a.zip": zipOf(t, map[string]string{"src/a.h": "2"})}, []string{"src/a.h=2", "src/list.c=1"}},
		"two folders stay":                  {"files", map[string]string{"a.zip": zipOf(t, map[string]string{"a/list.c": "1", "b/x": "2"})}, []string{"a/list.c=1", "b/x=2"}},
		"a name in a language of its own":   {"files", map[string]string{"übung.c": "1", "list.c": ""}, []string{"list.c=", "übung.c=1"}},
	} {
		s := newSite(t, newClassroom(t), nil)
		got := s.as("alice").handIn(one.field, one.files, url.Values{"replace": {"1"}})
		if got.status != http.StatusSeeOther || got.header.Get("Location") != "/comp2402/a1/alice/1" {
			t.Errorf("%s: status %d: %s", name, got.status, got.body)
			continue
		}
		u := s.uploads[0]
		if diff := cmp.Diff(one.want, paths(u)); diff != "" || !u.Replace || u.Late || u.Path != "comp2402/a1" || u.Name != "Alice Archer" {
			t.Errorf("%s: %+v %s", name, u, diff)
		}
	}
}

// holding is an upload that blocks until it is released.
type holding struct{ started, release chan bool }

// Upload implements web.Uploads.
func (h holding) Upload(context.Context, schema.Actor, schema.Upload) (schema.Uploaded, error) {
	h.started <- true
	<-h.release
	return schema.Uploaded{Submission: schema.SubmissionName{Course: "comp2402", Assignment: "a1", Owner: "alice", Number: 1}}, nil
}

// TestUploadsAtOnceByPage sends more uploads at once than one person may, on a page and over the
// API.
func TestUploadsAtOnceByPage(t *testing.T) {
	t.Parallel()
	held := holding{make(chan bool), make(chan bool)}
	s := newSite(t, newClassroom(t), func(server *web.Server) { server.Uploads = held })
	alice := s.as("alice")
	replies := make(chan reply, 5)
	send := func() {
		go func() { replies <- alice.handIn("files", map[string]string{"list.c": "1"}, nil) }()
	}
	for range 4 {
		send()
		<-held.started
	}
	send()
	got := <-replies
	if got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") != "10" {
		t.Errorf("status %d, Retry-After %q", got.status, got.header.Get("Retry-After"))
	}
	mustContain(t, got.body, "4 uploads of yours are still being received; send this one again in 10 seconds")
	if got := alice.get("/comp2402/a1"); got.status != http.StatusOK {
		t.Errorf("a page meanwhile: status %d", got.status)
	}
	held.release <- true
	ended := func() {
		t.Helper()
		if got := <-replies; got.status != http.StatusSeeOther {
			t.Errorf("status %d: %s", got.status, got.body)
		}
	}
	ended()
	send()
	<-held.started
	close(held.release)
	for range 4 {
		ended()
	}
}

// TestFormWithTooManyParts follows the error message's advice to send a zip.
func TestFormWithTooManyParts(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	for i := range 1001 {
		files[fmt.Sprint("f", i)] = ""
	}
	s := newSite(t, newClassroom(t), nil)
	alice := s.as("alice")
	got := alice.handIn("folder", files, nil)
	if got.status != http.StatusBadRequest {
		t.Errorf("status %d", got.status)
	}
	mustContain(t, got.body, "more than 1000 files; send them as one zip")
	if got := alice.handIn("files", map[string]string{"a1.zip": zipOf(t, files)}, nil); got.status != http.StatusSeeOther || len(s.uploads[0].Files) != 1001 {
		t.Errorf("status %d: %s", got.status, got.body)
	}
}

func TestHostileUploadsAreRefused(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range 5001 {
		many[fmt.Sprint("f", i)] = ""
	}
	for name, one := range map[string]struct {
		files map[string]string
		want  string
	}{
		"nothing":                 {nil, "choose files, a folder or a zip"},
		"a way up":                {map[string]string{"a.zip": zipOf(t, map[string]string{"../../etc/passwd": "", "list.c": ""})}, "cannot be handed in"},
		"an absolute path":        {map[string]string{"a.zip": zipOf(t, map[string]string{"/etc/passwd": "", "list.c": ""})}, "cannot be handed in"},
		"git's own directory":     {map[string]string{"a.zip": zipOf(t, map[string]string{".GIT/config": "", "list.c": ""})}, "cannot be handed in"},
		"a command to git":        {map[string]string{"a.zip": zipOf(t, map[string]string{"x\nM 100644 inline y": "", "list.c": ""})}, "cannot be handed in"},
		"a link":                  {map[string]string{"a.zip": zipOf(t, map[string]string{"list.c@": "/etc/passwd"})}, "is not a regular file"},
		"ten thousand files":      {map[string]string{"a.zip": zipOf(t, many)}, "more than 5000 files"},
		"a bomb":                  {map[string]string{"a.zip": zipOf(t, map[string]string{"list.c": strings.Repeat("0", 64<<20+1)})}, "more than 64 MiB"},
		"no zip":                  {map[string]string{"a.zip": "PK no zip"}, "is not a readable zip file"},
		"a refusal of the push's": {map[string]string{"refused": ""}, "the file &lt;refused&gt; is forbidden"},
	} {
		s := newSite(t, newClassroom(t), nil)
		got := s.as("alice").handIn("files", one.files, nil)
		if got.status < 400 || got.status >= 500 || !strings.Contains(strings.ToLower(got.body), one.want) && !strings.Contains(got.body, one.want) {
			t.Errorf("%s: status %d, no %q in the page", name, got.status, one.want)
			continue
		}
		mustContain(t, got.body, "Nothing was changed.", "Hand in without git")
		if len(s.submissions) > 0 || len(s.uploads) > 0 && name != "a refusal of the push's" {
			t.Errorf("%s: it was handed in", name)
		}
	}
}

func TestUploadsAreForMembers(t *testing.T) {
	t.Parallel()
	s := newSite(t, newClassroom(t), nil)
	for _, who := range []string{"mallory", ""} {
		if got := s.as(who).handIn("files", map[string]string{"list.c": ""}, nil).status; got != http.StatusNotFound && got != http.StatusUnauthorized {
			t.Errorf("%q: status %d", who, got)
		}
	}
	if len(s.uploads) > 0 {
		t.Error("a stranger handed in")
	}
}
