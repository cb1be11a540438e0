package web

import (
	"errors"
	"net/http"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
	"github.com/grader/grader/web/view"
)

// serveCourseFile shows course.yaml in a form, and its versions.
func (s *testsPages) serveCourseFile(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderCourseFile(w, r, user, view.CourseFile{}, nil)
}

// renderCourseFile renders the page of course.yaml. page holds the findings of a check or save.
func (s *testsPages) renderCourseFile(w http.ResponseWriter, r *http.Request, user schema.User, page view.CourseFile, problem error) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	versions, err := s.Classroom.Files.Versions(r.Context(), m.Actor, m.Course.Code)
	if err != nil {
		return hidden("course.yaml", err)
	}
	page.Frame, page.Path = s.courseFrame("course.yaml of "+m.Course.Code, m, "/-/settings"), "/"+m.Course.Code+"/-/settings"
	page.May = s.Uploads != nil && course.MayConfigure(m.Viewer(), m.Course.Code) == nil
	page.List(versions, s.now(), m.Course.Location())
	if len(versions) > 0 {
		page.Base, page.Text = versions[0].Commit, string(versions[0].Source)
	}
	if _, sent := r.PostForm["text"]; sent {
		page.Base, page.Text = baseOf(r, page.Base), r.PostFormValue("text")
	}
	page.Nonce = editorNonce(w)
	return s.renderForm(w, r, "course-file", &page.Frame, &page, problem)
}

// saveCourseFile checks or saves a course.yaml. Changes of grades must be confirmed before it saves
// them.
func (s *testsPages) saveCourseFile(w http.ResponseWriter, r *http.Request, user schema.User) error {
	text := formText(r.PostFormValue("text"), "")
	code := r.PathValue("course")
	if s.Uploads == nil || schema.Segment("course", code) != nil {
		return errNowhere()
	}
	is, err := s.Classroom.Files.Check(r.Context(), s.actor(r, user), code, classroom.CourseText(text))
	var invalid *assignment.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.renderCourseFile(w, r, user, view.CourseFile{Problems: view.NewProblems(invalid.Problems)}, nil)
	case err != nil:
		return s.renderCourseFile(w, r, user, view.CourseFile{}, err)
	case r.PostFormValue("act") == "check":
		return s.renderCourseFile(w, r, user, view.CourseFile{Checked: true, Changes: view.NewGradeChanges(is.Changes)}, nil)
	}
	if err := course.ConfirmChanges(is.Changes, r.PostFormValue("act") == "confirm"); err != nil {
		unconfirmed := schema.Wrapf(schema.CodeOf(err), err, "Nothing was saved: %s. If this is meant, save it with the button below", schema.MessageOf(err))
		return s.renderCourseFile(w, r, user, view.CourseFile{Confirm: true, Changes: view.NewGradeChanges(is.Changes)}, unconfirmed)
	}
	_, err = s.push(w, r, s.actor(r, user), schema.Upload{
		Path: code + "/course", Base: r.PostFormValue("base"), Files: []schema.UploadFile{{Path: assignment.CourseFilename, Data: text}},
		Name: user.DisplayName(), Email: user.Email, Message: "Change course.yaml", At: s.now(),
		Confirm: r.PostFormValue("act") == "confirm",
	})
	if err != nil {
		return s.renderCourseFile(w, r, user, view.CourseFile{}, err)
	}
	return done(w, r, "/"+code+"/-/settings", "course-file")
}

// checkCourseFile replies with the mistakes for which a push of the form's text would be refused.
func (s *testsPages) checkCourseFile(w http.ResponseWriter, r *http.Request, user schema.User) error {
	code := r.PathValue("course")
	if schema.Segment("course", code) != nil {
		return errNowhere()
	}
	err := s.Classroom.Files.Validate(r.Context(), s.actor(r, user), code, classroom.CourseText(formText(r.PostFormValue("text"), "")))
	invalid := new(assignment.Invalid)
	if err != nil && !errors.As(err, &invalid) {
		return err
	}
	s.answerChecked(w, invalid.Problems)
	return nil
}
