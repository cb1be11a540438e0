package web

import (
	"net/http"
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// servePublication shows for whom an assignment is published.
func (s *classPages) servePublication(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderPublication(w, r, user, nil)
}

func (s *classPages) renderPublication(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	m, t, err := s.taskOf(r, user)
	if err != nil {
		return err
	}
	is, err := s.Classroom.Publications.Show(r.Context(), m.Actor, m.Course.Code, t.Name)
	if err != nil {
		return hidden("publication", err)
	}
	sections := is.Sections
	if is.Everybody {
		sections = []string{""}
	}
	page := view.Publication{
		Frame: s.taskFrame("Publication: "+t.Title(), m, t, "/-/publication"), Path: "/" + t.Path() + "/-/publication", Task: t.Title(),
		For: course.PublishedWords(sections), Everybody: is.Everybody, Sections: is.Sections, May: course.MayPublish(m.Viewer(), m.Course.Code) == nil, Form: formOf(r),
	}
	return s.renderForm(w, r, "publication", &page.Frame, &page, problem)
}

// publish publishes an assignment for one section or for everybody, or hides it again.
func (s *classPages) publish(w http.ResponseWriter, r *http.Request, user schema.User) error {
	action, what := s.Classroom.Publications.Publish, "published"
	if r.PostFormValue("act") == "unpublish" {
		action, what = s.Classroom.Publications.Unpublish, "unpublished"
	}
	if _, err := action(r.Context(), s.actor(r, user), r.PathValue("course"), r.PathValue("assignment"), strings.TrimSpace(r.PostFormValue("section"))); err != nil {
		return s.renderPublication(w, r, user, err)
	}
	return done(w, r, "/"+r.PathValue("course")+"/"+r.PathValue("assignment")+"/-/publication", what)
}
