package web

import (
	"net/http"
	"strings"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// mayMark reports whether the viewer may mark a submission as the one that counts.
func (s *site) mayMark(t task, a course.Access, terms course.Terms, sub schema.Submission) bool {
	if t.Spec == nil {
		return false
	}
	return course.MayMark(a, course.Mark{
		Name: sub.Name, Rule: string(t.Spec.Counts), Kept: sub.Kept, Ended: terms.Schedule.Ended(s.now()),
	}) == nil
}

// markSubmission marks a submission as the one that counts.
func (s *submissionPages) markSubmission(w http.ResponseWriter, r *http.Request, user schema.User) error {
	v, err := s.look(r, user)
	if err != nil {
		return err
	}
	if _, err := s.Classroom.Grades.Mark(r.Context(), s.actor(r, user), v.Sub.Name); err != nil {
		return err
	}
	return done(w, r, "/"+v.Task.Path(), "marked")
}

// mayRerun reports whether the member may have the submission graded again, as far as this can be
// checked in advance.
func (v *sight) mayRerun() bool {
	_, err := course.MayRerun(v.Access, course.Rerun{Name: v.Sub.Name, Commit: v.Sub.Commit, State: v.Sub.Job.State})
	return err == nil
}

// rerunSubmission starts another grading of a submission.
func (s *submissionPages) rerunSubmission(w http.ResponseWriter, r *http.Request, user schema.User) error {
	v, err := s.look(r, user)
	if err != nil {
		return err
	}
	if _, err := s.Classroom.Work.Rerun(r.Context(), s.actor(r, user), v.Sub.ID); err != nil {
		return err
	}
	return done(w, r, "/"+v.Sub.Name.String(), "rerun")
}

// serveReceipt serves the signed receipt of a submission as a file.
func (s *submissionPages) serveReceipt(w http.ResponseWriter, r *http.Request, user schema.User) error {
	v, err := s.look(r, user)
	if err != nil {
		return err
	}
	text, err := s.Classroom.Receipts.Text(r.Context(), s.actor(r, user), v.Sub.Name)
	if err != nil {
		return err
	}
	return s.download(w, "text/plain; charset=utf-8", strings.ReplaceAll(v.Sub.Name.String(), "/", "-")+".receipt", []byte(text))
}

// download serves a file for the browser to save. name consists of the site's own names, which need
// no quoting.
func (s *site) download(w http.ResponseWriter, kind, name string, data []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	if _, err := w.Write(data); err != nil {
		s.log.Debug("reader went away", "file", name, "error", err)
	}
	return nil
}
