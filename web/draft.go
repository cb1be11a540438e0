package web

import (
	"context"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Limits of editing on a page.
const (
	maxEdited   = 512 << 10 // bytes of a file that is edited as text
	maxTestFile = 64 << 20  // bytes of a file that the parser reads
)

// desk is the tests repository at its last push plus the changes of a form. It implements the
// parser's interface.
type desk struct {
	ctx   context.Context // of the request; the parser's interface has none
	pages *testsPages
	draft classroom.Draft
	base  map[string]course.TreeEntry
	put   map[string][]byte
	gone  map[string]bool
}

// openDesk reads the tests repository of a draft.
func (s *testsPages) openDesk(ctx context.Context, draft classroom.Draft) (*desk, error) {
	d := &desk{ctx: ctx, pages: s, draft: draft, base: map[string]course.TreeEntry{}, put: map[string][]byte{}, gone: map[string]bool{}}
	if draft.Base.ID == 0 {
		return d, nil
	}
	entries, err := s.Trees.Files(ctx, draft.Base.RepositoryID, draft.Base.Commit, maxListed)
	if schema.CodeOf(err) == schema.CodeLimit {
		return d, schema.Errorf(schema.CodeRefused, "this repository has more than %d files; edit it with git", maxListed)
	}
	if err != nil {
		return d, err
	}
	for _, e := range entries {
		d.base[e.Path] = e
	}
	return d, nil
}

// paths returns the sorted paths of the files, including the form's changes.
func (d *desk) paths() []string {
	var all []string
	for path := range d.base {
		if !d.gone[path] {
			all = append(all, path)
		}
	}
	for path := range d.put {
		if _, known := d.base[path]; !known || d.gone[path] {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return all
}

// List implements assignment.Files.
func (d *desk) List() ([]assignment.File, error) {
	var files []assignment.File
	for _, path := range d.paths() {
		f := assignment.File{Path: path, Mode: 0o644, Size: d.base[path].Size}
		if data, ok := d.put[path]; ok {
			f.Size = int64(len(data))
		}
		if d.base[path].Mode == "100755" {
			f.Mode = fs.FileMode(0o755)
		}
		files = append(files, f)
	}
	return files, nil
}

// Read implements assignment.Files.
func (d *desk) Read(path string) ([]byte, error) {
	return d.read(path, maxTestFile)
}

func (d *desk) read(path string, most int64) ([]byte, error) {
	if data, ok := d.put[path]; ok {
		return data, nil
	}
	if _, ok := d.base[path]; !ok || d.gone[path] {
		return nil, schema.Errorf(schema.CodeNotFound, "there is no file %s", path)
	}
	return d.pages.Handouts.ReadFile(d.ctx, d.draft.Base.RepositoryID, d.draft.Base.Commit, path, most)
}

// write sets a file's content, unless it is unchanged.
func (d *desk) write(path string, data []byte) error {
	if err := schema.UploadPath(path); err != nil {
		return err
	}
	if _, known := d.base[path]; known {
		if old, err := d.read(path, maxTestFile); err == nil && string(old) == string(data) {
			return nil
		}
	}
	d.put[path] = data
	return nil
}

// remove deletes a file.
func (d *desk) remove(path string) error {
	if _, known := d.base[path]; !known {
		return schema.Errorf(schema.CodeNotFound, "there is no file %q; it may have been deleted meanwhile", path)
	}
	d.gone[path] = true
	return nil
}

// check returns the mistakes for which a push of the files would be refused.
func (d *desk) check() (*assignment.Spec, []assignment.Problem, error) {
	return d.pages.Classroom.Drafts.Check(d.draft, d)
}

// save pushes the changes as one commit and redirects to the page of the new version.
func (d *desk) save(w http.ResponseWriter, r *http.Request, message string) error {
	if len(d.put)+len(d.gone) == 0 {
		return schema.Errorf(schema.CodeRefused, "nothing was changed, so there is nothing to save")
	}
	is, err := d.upload(w, r, message)
	if err != nil {
		return err
	}
	http.Redirect(w, r, versionPath(d.draft.Path(), is.Version), http.StatusSeeOther)
	return nil
}

func (d *desk) upload(w http.ResponseWriter, r *http.Request, message string) (schema.Uploaded, error) {
	if d.pages.Uploads == nil {
		return schema.Uploaded{}, errNowhere()
	}
	user := d.draft.Actor.User
	u := schema.Upload{
		Path: d.draft.Path() + "/tests", Base: baseOf(r, d.draft.Base.Commit),
		Name: user.DisplayName(), Email: user.Email, Message: message, At: d.pages.now(),
	}
	for path, data := range d.put {
		u.Files = append(u.Files, schema.UploadFile{Path: path, Data: data})
	}
	for path := range d.gone {
		u.Removed = append(u.Removed, path)
	}
	slices.SortFunc(u.Files, func(a, b schema.UploadFile) int { return strings.Compare(a.Path, b.Path) })
	slices.Sort(u.Removed)
	return d.pages.push(w, r, d.draft.Actor, u)
}

// baseOf returns the commit that the form's page showed, or the newest one.
func baseOf(r *http.Request, newest string) string {
	if base := r.PostFormValue("base"); base != "" {
		return base
	}
	return newest
}

// formText converts text from a browser's form to the line ends of old, the file's earlier text.
// old is "" for a new file.
func formText(sent, old string) []byte {
	text := strings.ReplaceAll(sent, "\r\n", "\n")
	if text != "" && !strings.HasSuffix(text, "\n") && (old == "" || strings.HasSuffix(old, "\n")) {
		text += "\n"
	}
	if lines := strings.Count(old, "\n"); lines > 0 && strings.Count(old, "\r\n") == lines {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return []byte(text)
}
