package web

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
	"github.com/grader/grader/web/intake"
	"github.com/grader/grader/web/view"
)

// testsPath returns the path of the page of an assignment's tests. task is COURSE/ASSIGNMENT.
func testsPath(task string) string { return "/" + task + "/-/tests" }

// serveTests lists the versions and the files of an assignment's tests.
func (s *testsPages) serveTests(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderTests(w, r, user, nil)
}

func (s *testsPages) renderTests(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	d, err := s.findDesk(r, user)
	if err != nil {
		return err
	}
	versions, err := s.Classroom.Tests.List(r.Context(), d.draft.Actor, d.draft.Course.Code, d.draft.Assignment.Name)
	if err != nil {
		return hidden("tests", err)
	}
	page := view.NewTests(testsPath(d.draft.Path()), versions, s.now(), d.draft.Course.Location())
	page.Frame = s.draftFrame("Tests: "+d.draft.Path(), d.draft, "/-/tests")
	page.Task, page.May, page.Base, page.Form = d.draft.Path(), d.draft.MayEdit == nil && s.Uploads != nil, d.draft.Base.Commit, formOf(r)
	for _, name := range d.paths() {
		page.Files = append(page.Files, view.TestsFile{Path: name, Size: schema.Size(d.base[name].Size)})
	}
	if spec, _, err := d.check(); err == nil && spec != nil {
		page.Families = families(spec)
	}
	return s.renderForm(w, r, "tests", &page.Frame, &page, problem)
}

// families returns the names of the tests whose cases consist of two files.
func families(spec *assignment.Spec) []string {
	var names []string
	for _, t := range spec.Tests {
		if dir, _ := caseFiles(t.CaseGlob); dir != "" {
			names = append(names, t.Name)
		}
	}
	return names
}

// caseFiles returns the directory and the file name ending of a pattern's inputs, such as io/*.in.
// It returns "" for other patterns.
func caseFiles(glob string) (dir, ending string) {
	dir, last := path.Split(glob)
	ending, ok := strings.CutPrefix(last, "*")
	if !ok || dir == "" || strings.ContainsAny(dir+ending, "*?[{\\") || !strings.HasPrefix(ending, ".") {
		return "", ""
	}
	return dir, ending
}

// findDesk returns the tests repository in the path, if the user may read it.
func (s *testsPages) findDesk(r *http.Request, user schema.User) (*desk, error) {
	if schema.Segment("course", r.PathValue("course")) != nil || schema.OwnerName("assignment", r.PathValue("assignment")) != nil {
		return nil, errNowhere()
	}
	draft, err := s.Classroom.Drafts.Open(r.Context(), s.actor(r, user), r.PathValue("course"), r.PathValue("assignment"))
	if err != nil {
		return nil, hidden("tests", err)
	}
	return s.openDesk(r.Context(), draft)
}

// editable is like findDesk, but returns an error if the user may not edit the tests.
func (s *testsPages) editable(r *http.Request, user schema.User) (*desk, error) {
	d, err := s.findDesk(r, user)
	if err == nil && d.draft.MayEdit != nil {
		err = d.draft.MayEdit
	}
	return d, err
}

// draftFrame makes the frame of a page about an assignment's tests.
func (s *testsPages) draftFrame(title string, d classroom.Draft, current string) view.Frame {
	f := s.newFrame(title, &d.Actor.User, view.NewCrumb(d.Course.Code, "/"+d.Course.Code))
	f.Tabs = view.AssignmentTabs(d.Assignment, d.Viewer(), current)
	if current != "" {
		f.Crumbs = append(f.Crumbs, view.NewCrumb(d.Assignment.Name, "/"+d.Path()))
	}
	return f
}

// serveTestsFile shows one file of the tests repository in a form.
func (s *testsPages) serveTestsFile(w http.ResponseWriter, r *http.Request, user schema.User) error {
	d, err := s.findDesk(r, user)
	if err != nil {
		return err
	}
	return s.renderTestsFile(w, r, d, nil, nil)
}

// renderTestsFile shows a file as it was pushed or as it is in the form.
func (s *testsPages) renderTestsFile(w http.ResponseWriter, r *http.Request, d *desk, problems []assignment.Problem, problem error) error {
	name := r.PathValue("path")
	page := view.TestsEdit{
		Frame: s.draftFrame(name+": "+d.draft.Path(), d.draft, "/-/tests"), Path: testsPath(d.draft.Path()), Name: name, Base: baseOf(r, d.draft.Base.Commit),
		May: d.draft.MayEdit == nil && s.Uploads != nil, Problems: view.NewProblems(problems), Checked: r.PostFormValue("act") == "check" && len(problems) == 0,
	}
	page.Crumbs = append(page.Crumbs, view.NewCrumb("tests", page.Path))
	_, page.Exists = d.base[name]
	if _, sent := r.PostForm["text"]; sent {
		page.Text = r.PostFormValue("text")
	} else if page.Exists {
		data, err := d.read(name, maxEdited)
		if schema.CodeOf(err) == schema.CodeLimit {
			page.Closed = "This file is larger than " + schema.Size(maxEdited) + ". Upload a new one in its place, or use git."
		} else if err != nil {
			return hidden("file", err)
		}
		if !isText(data) {
			page.Closed = "This file is not text. Upload a new one in its place."
		} else {
			page.Text = string(data)
		}
	} else if r.Method == http.MethodGet && r.URL.Query().Get("new") == "" {
		return errNowhere()
	}
	if page.Closed == "" {
		page.Nonce = editorNonce(w)
	}
	return s.renderForm(w, r, "tests-edit", &page.Frame, &page, problem)
}

// isText reports whether a form can hold a file unchanged.
func isText(data []byte) bool {
	text := string(data)
	return utf8.Valid(data) && !strings.ContainsFunc(strings.NewReplacer("\r\n", "", "\n", "", "\t", "", "\f", "").Replace(text), func(c rune) bool { return c < ' ' || c == 0x7f })
}

// saveTestsFile saves, checks or deletes one file.
func (s *testsPages) saveTestsFile(w http.ResponseWriter, r *http.Request, user schema.User) error {
	d, err := s.editable(r, user)
	if err != nil {
		return err
	}
	name := r.PathValue("path")
	verb := "Change "
	if r.PostFormValue("act") == "delete" {
		verb, err = "Delete ", d.remove(name)
	} else {
		old := ""
		if _, known := d.base[name]; known {
			data, _ := d.read(name, maxEdited) // a file that is too large is replaced like a new one
			old = string(data)
		} else {
			verb = "Add "
		}
		err = d.write(name, formText(r.PostFormValue("text"), old))
	}
	if err != nil {
		return s.renderTestsFile(w, r, d, nil, err)
	}
	_, problems, err := d.check()
	if err != nil || len(problems) > 0 || r.PostFormValue("act") == "check" {
		return s.renderTestsFile(w, r, d, problems, err)
	}
	if err := d.save(w, r, verb+name); err != nil {
		return s.renderTestsFile(w, r, d, nil, err)
	}
	return nil
}

// checked is the reply of the endpoint that checks tests.
type checked struct {
	Problems []checkedProblem `json:"problems"`
}

type checkedProblem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`   // from 1; 0: the file as a whole
	Column  int    `json:"column"` // from 1; 0: the file as a whole
	Message string `json:"message"`
}

// checkTests replies with the mistakes for which a push of the form's text would be refused.
func (s *testsPages) checkTests(w http.ResponseWriter, r *http.Request, user schema.User) error {
	d, err := s.editable(r, user)
	if err != nil {
		return err
	}
	name := r.PostFormValue("path")
	if err := schema.UploadPath(name); err != nil {
		return err
	}
	d.put[name] = formText(r.PostFormValue("text"), "")
	_, problems, err := d.check()
	if err != nil {
		return err
	}
	s.answerChecked(w, problems)
	return nil
}

// answerChecked writes the mistakes of a text.
func (s *testsPages) answerChecked(w http.ResponseWriter, problems []assignment.Problem) {
	reply := checked{Problems: []checkedProblem{}}
	for _, p := range problems {
		reply.Problems = append(reply.Problems, checkedProblem{p.File, p.Line, p.Column, p.Message})
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(reply); err != nil {
		s.log.Debug("reader went away", "error", err)
	}
}

// editorNonce adds a nonce for the editor's styles to the content policy of this page and returns
// the nonce.
func editorNonce(w http.ResponseWriter) string {
	nonce := rand.Text()
	w.Header().Set("Content-Security-Policy", strings.Replace(contentPolicy, "style-src 'self'", "style-src 'self' 'nonce-"+nonce+"'", 1))
	return nonce
}

// openTestsFile redirects to the form for a new file.
func (s *testsPages) openTestsFile(w http.ResponseWriter, r *http.Request, user schema.User) error {
	d, err := s.editable(r, user)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(r.PostFormValue("path"))
	if err := schema.UploadPath(name); err != nil {
		return s.renderTests(w, r, user, err)
	}
	http.Redirect(w, r, view.PathLink(testsPath(d.draft.Path())+"/files/", name)+"?new=1", http.StatusSeeOther)
	return nil
}

// uploadTests adds files, a folder or a zip to the tests repository.
func (s *testsPages) uploadTests(w http.ResponseWriter, r *http.Request, user schema.User, place *intake.Place) error {
	d, err := s.editable(r, user)
	if err != nil {
		return err
	}
	var files []schema.UploadFile
	sent, err := place.Form(r.MultipartForm)
	if err == nil {
		files, err = sent.Tests()
	}
	if err != nil {
		return s.renderTests(w, r, user, err)
	}
	into := strings.Trim(strings.TrimSpace(r.PostFormValue("into")), "/")
	for _, f := range files {
		if err := d.write(path.Join(into, f.Path), f.Data); err != nil {
			return s.renderTests(w, r, user, err)
		}
	}
	if err := d.saveChecked(w, r, "Upload "+schema.Count(len(files), "file")); err != nil {
		return s.renderTests(w, r, user, err)
	}
	return nil
}

// saveChecked saves the changes if the parser finds no mistakes.
func (d *desk) saveChecked(w http.ResponseWriter, r *http.Request, message string) error {
	_, problems, err := d.check()
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return &assignment.Invalid{Problems: problems}
	}
	return d.save(w, r, message)
}

// addCase adds a case to a family: an input file and a file with the expected output.
func (s *testsPages) addCase(w http.ResponseWriter, r *http.Request, user schema.User) error {
	d, err := s.editable(r, user)
	if err != nil {
		return err
	}
	if err := d.putCase(r.PostFormValue("test"), strings.TrimSpace(r.PostFormValue("name")), r.PostFormValue("input"), r.PostFormValue("output")); err != nil {
		return s.renderTests(w, r, user, err)
	}
	if err := d.saveChecked(w, r, "Add case "+strings.TrimSpace(r.PostFormValue("name"))+" to "+r.PostFormValue("test")); err != nil {
		return s.renderTests(w, r, user, err)
	}
	return nil
}

func (d *desk) putCase(test, name, input, output string) error {
	spec, problems, err := d.check()
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return &assignment.Invalid{Problems: problems}
	}
	for _, t := range spec.Tests {
		dir, ending := caseFiles(t.CaseGlob)
		if t.Name != test || dir == "" {
			continue
		}
		if name == "" || strings.ContainsAny(name, "/.") {
			return schema.Errorf(schema.CodeInvalid, "the name of a case, %q, becomes the name of a file: use letters, digits and hyphens", name)
		}
		if _, taken := d.base[dir+name+ending]; taken {
			return schema.Errorf(schema.CodeConflict, "there is a case %s already; take another name, or edit %s", name, dir+name+ending)
		}
		if err := d.write(dir+name+ending, formText(input, "")); err != nil {
			return err
		}
		return d.write(dir+name+".out", formText(output, ""))
	}
	return schema.Errorf(schema.CodeNotFound, "there is no test %q whose cases are files of one directory", test)
}

// deleteTestsFile deletes a file that was chosen in the list of files.
func (s *testsPages) deleteTestsFile(w http.ResponseWriter, r *http.Request, user schema.User) error {
	d, err := s.editable(r, user)
	if err != nil {
		return err
	}
	name := r.PostFormValue("path")
	if err = d.remove(name); err == nil {
		err = d.saveChecked(w, r, "Delete "+name)
	}
	if err != nil {
		return s.renderTests(w, r, user, err)
	}
	return nil
}
