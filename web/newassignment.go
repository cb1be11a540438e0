package web

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveNewAssignment shows the form that creates an assignment.
func (s *testsPages) serveNewAssignment(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderNewAssignment(w, r, user, nil)
}

func (s *testsPages) renderNewAssignment(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	if err := course.MayConfigure(m.Viewer(), m.Course.Code); err != nil {
		return hidden("course", err)
	}
	page := view.NewAssignment{
		Frame: s.courseFrame("New assignment", m, "/-/new"), Path: "/" + m.Course.Code + "/-/new", Zone: m.Course.Zone, Languages: view.NewLanguages(s.Starters.Languages), Form: formOf(r),
	}
	return s.renderForm(w, r, "new-assignment", &page.Frame, &page, problem)
}

// makeAssignment creates an assignment from the starter files of a language, which pass their own
// gate.
func (s *testsPages) makeAssignment(w http.ResponseWriter, r *http.Request, user schema.User) error {
	name := strings.TrimSpace(r.PostFormValue("name"))
	draft, err := s.Classroom.Drafts.New(r.Context(), s.actor(r, user), r.PathValue("course"), name)
	if err != nil {
		return s.renderNewAssignment(w, r, user, err)
	}
	d, err := s.openDesk(r.Context(), draft)
	if err != nil {
		return err
	}
	if err := s.begin(d, r.PostFormValue("language"), strings.TrimSpace(r.PostFormValue("title")), localMinute(r.PostFormValue("due"))); err != nil {
		return s.renderNewAssignment(w, r, user, err)
	}
	if err := d.saveChecked(w, r, "Begin "+name); err != nil {
		return s.renderNewAssignment(w, r, user, err)
	}
	return nil
}

// begin fills a desk with the starter files of a language. title and due replace theirs unless they
// are "".
func (s *testsPages) begin(d *desk, language, title, due string) error {
	if !slices.Contains(s.Starters.Languages, language) {
		return schema.Errorf(schema.CodeInvalid, "choose a language to begin with")
	}
	for _, f := range s.Starters.Files(language) {
		data := f.Data
		if f.Path == "assignment.yaml" {
			data = headed(data, title, due)
		}
		if err := d.write(f.Path, data); err != nil {
			return err
		}
	}
	return nil
}

// headed returns the source of an assignment with its title and due time replaced, unless they are
// "".
func headed(source []byte, title, due string) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(source) {
		switch {
		case title != "" && bytes.HasPrefix(line, []byte("title: ")):
			out.WriteString("title: " + strconv.Quote(title) + "\n")
		case due != "" && bytes.HasPrefix(line, []byte("# due: ")):
			out.WriteString("due: " + due + "\n")
		default:
			out.Write(line)
		}
	}
	return out.Bytes()
}
