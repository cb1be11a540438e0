package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveRegrades lists the regrade sets of an assignment.
func (s *regradePages) serveRegrades(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderRegrades(w, r, user, nil)
}

func (s *regradePages) renderRegrades(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	m, t, err := s.taskOf(r, user)
	if err != nil {
		return err
	}
	all, err := s.Classroom.Regrades.List(r.Context(), m.Actor, m.Course.Code, t.Name)
	if err != nil {
		return hidden("regrades", err)
	}
	path := "/" + t.Path() + "/-/regrades"
	page := view.Regrades{
		Frame: s.taskFrame("Regrades: "+t.Title(), m, t, "/-/regrades"), Path: path, Task: t.Title(), Form: formOf(r, "owners"),
		List: view.NewRegrades(path, all, s.now(), m.Course.Location()),
	}
	return s.renderForm(w, r, "regrades", &page.Frame, &page, problem)
}

// createRegrade creates a set and queues its jobs.
func (s *regradePages) createRegrade(w http.ResponseWriter, r *http.Request, user schema.User) error {
	version, err := 0, error(nil)
	if text := strings.TrimSpace(r.PostFormValue("version")); text != "" {
		if version, err = strconv.Atoi(text); err != nil || version < 1 {
			err = schema.Errorf(schema.CodeInvalid, "%q is not a test version; versions count from 1", text)
		}
	}
	var set schema.Regrade
	if err == nil {
		set, err = s.Classroom.Regrades.Create(r.Context(), s.actor(r, user), classroom.NewRegrade{
			Course: r.PathValue("course"), Assignment: r.PathValue("assignment"), Which: schema.RegradeWhich(r.PostFormValue("which")),
			Owners:  strings.FieldsFunc(r.PostFormValue("owners"), func(c rune) bool { return c == ',' || c == ' ' || c == '\n' || c == '\r' }),
			Section: strings.TrimSpace(r.PostFormValue("section")), Version: version, Reason: strings.TrimSpace(r.PostFormValue("reason")),
		})
	}
	if err != nil {
		return s.renderRegrades(w, r, user, err)
	}
	return done(w, r, "/"+set.Path+"/-/regrades/"+strconv.FormatInt(set.ID, 10), "regrade")
}

// serveRegrade shows the changes of a set for each owner.
func (s *regradePages) serveRegrade(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderRegrade(w, r, user, s.Classroom.Regrades.Show, nil)
}

// regradeAction is an action on a regrade set.
type regradeAction func(ctx context.Context, by schema.Actor, id int64) (classroom.RegradeReport, error)

func (s *regradePages) renderRegrade(w http.ResponseWriter, r *http.Request, user schema.User, show regradeAction, problem error) error {
	m, t, err := s.taskOf(r, user)
	if err != nil {
		return err
	}
	report, err := s.findRegrade(r, m, t, show)
	if err != nil {
		return err
	}
	path := "/" + t.Path() + "/-/regrades/" + strconv.FormatInt(report.Set.ID, 10)
	page := view.NewRegrade(path, report, s.now(), m.Course.Location())
	page.Frame, page.Task = s.taskFrame(page.Title+": "+t.Title(), m, t, "/-/regrades"), t.Title()
	page.Refresh = report.Set.State == schema.RegradeRunning
	return s.renderForm(w, r, "regrade", &page.Frame, &page, problem)
}

// findRegrade returns the regrade set in the path, if it belongs to the task.
func (s *regradePages) findRegrade(r *http.Request, m member, t task, show regradeAction) (classroom.RegradeReport, error) {
	id, err := idOf(r)
	if err != nil {
		return classroom.RegradeReport{}, err
	}
	report, err := show(r.Context(), m.Actor, id)
	if err != nil {
		return report, hidden("regrade", err)
	}
	if report.Set.Path != t.Path() {
		return report, errNowhere()
	}
	return report, nil
}

// changeRegrade returns a handler that changes a regrade set. what is the key of view.Notice that
// reports it.
func (s *regradePages) changeRegrade(action func(*classroom.Regrades) regradeAction, what string) personal {
	return func(w http.ResponseWriter, r *http.Request, user schema.User) error {
		m, t, err := s.taskOf(r, user)
		if err != nil {
			return err
		}
		report, err := s.findRegrade(r, m, t, s.Classroom.Regrades.Show)
		if err != nil {
			return err
		}
		if report, err = action(s.Classroom.Regrades)(r.Context(), m.Actor, report.Set.ID); err != nil {
			return s.renderRegrade(w, r, user, s.Classroom.Regrades.Show, err)
		}
		return done(w, r, "/"+t.Path()+"/-/regrades/"+strconv.FormatInt(report.Set.ID, 10), what)
	}
}
