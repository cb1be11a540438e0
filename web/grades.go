package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveExtensions lists the extensions of an assignment.
func (s *classPages) serveExtensions(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderExtensions(w, r, user, nil)
}

func (s *classPages) renderExtensions(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	m, t, err := s.taskOf(r, user)
	if err != nil {
		return err
	}
	all, err := s.Classroom.Grades.Extensions(r.Context(), m.Actor, m.Course.Code, t.Name)
	if err != nil {
		return hidden("extensions", err)
	}
	zone := m.Course.Location()
	path := "/" + t.Path() + "/-/extensions"
	may := course.MayExtend(m.Viewer(), m.Course.Code, user.Login) == nil
	page := view.Extensions{
		Frame: s.taskFrame("Extensions: "+t.Title(), m, t, "/-/extensions"), Path: path, Task: t.Title(), Zone: m.Course.Zone, May: may,
		Due: view.NewDue(course.ScheduleOf(t.Spec, zone, nil, nil), s.now(), zone), Form: formOf(r, "owner"),
		List: view.NewExtensions(path, all, may, s.now(), zone),
	}
	return s.renderForm(w, r, "extensions", &page.Frame, &page, problem)
}

// grantExtension grants an extension to an owner.
func (s *classPages) grantExtension(w http.ResponseWriter, r *http.Request, user schema.User) error {
	days, elapsed, err := parseBy(r.PostFormValue("by"))
	if err == nil {
		_, err = s.Classroom.Grades.Extend(r.Context(), s.actor(r, user), classroom.NewExtension{
			Course: r.PathValue("course"), Assignment: r.PathValue("assignment"), Owner: strings.TrimSpace(r.PostFormValue("owner")),
			Due: localMinute(r.PostFormValue("due")), Days: days, By: elapsed, Until: localMinute(r.PostFormValue("until")), Reason: r.PostFormValue("reason"),
		})
	}
	if err != nil {
		return s.renderExtensions(w, r, user, err)
	}
	return done(w, r, "/"+r.PathValue("course")+"/"+r.PathValue("assignment")+"/-/extensions", "extended")
}

// endExtension revokes an extension.
func (s *classPages) endExtension(w http.ResponseWriter, r *http.Request, user schema.User) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	if _, err := s.Classroom.Grades.EndExtension(r.Context(), s.actor(r, user), r.PathValue("course"), r.PathValue("assignment"), id); err != nil {
		return s.renderExtensions(w, r, user, err)
	}
	return done(w, r, "/"+r.PathValue("course")+"/"+r.PathValue("assignment")+"/-/extensions", "extension-ended")
}

// serveAdjustments lists the adjustments of an assignment's grades.
func (s *classPages) serveAdjustments(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderAdjustments(w, r, user, nil)
}

func (s *classPages) renderAdjustments(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	m, t, err := s.taskOf(r, user)
	if err != nil {
		return err
	}
	all, err := s.Classroom.Grades.Adjustments(r.Context(), m.Actor, m.Course.Code, t.Name)
	if err != nil {
		return hidden("adjustments", err)
	}
	path := "/" + t.Path() + "/-/adjustments"
	may := course.MayAdjust(m.Viewer(), m.Course.Code, user.Login) == nil
	page := view.Adjustments{
		Frame: s.taskFrame("Adjustments: "+t.Title(), m, t, "/-/adjustments"), Path: path, Task: t.Title(), May: may,
		Form: formOf(r, "owner"), List: view.NewAdjustments(path, all, may, s.now(), m.Course.Location()),
	}
	return s.renderForm(w, r, "adjustments", &page.Frame, &page, problem)
}

// adjust adds points to a grade or deducts them.
func (s *classPages) adjust(w http.ResponseWriter, r *http.Request, user schema.User) error {
	_, err := s.Classroom.Grades.Adjust(r.Context(), s.actor(r, user), r.PathValue("course"), r.PathValue("assignment"),
		strings.TrimSpace(r.PostFormValue("owner")), strings.Replace(strings.TrimSpace(r.PostFormValue("points")), "−", "-", 1), strings.TrimSpace(r.PostFormValue("reason")))
	if err != nil {
		return s.renderAdjustments(w, r, user, err)
	}
	return done(w, r, "/"+r.PathValue("course")+"/"+r.PathValue("assignment")+"/-/adjustments", "adjusted")
}

// endAdjustment removes an adjustment.
func (s *classPages) endAdjustment(w http.ResponseWriter, r *http.Request, user schema.User) error {
	id, err := idOf(r)
	if err != nil {
		return err
	}
	if _, err := s.Classroom.Grades.EndAdjustment(r.Context(), s.actor(r, user), r.PathValue("course"), r.PathValue("assignment"), id); err != nil {
		return s.renderAdjustments(w, r, user, err)
	}
	return done(w, r, "/"+r.PathValue("course")+"/"+r.PathValue("assignment")+"/-/adjustments", "adjustment-ended")
}

// serveTimes lists the outages of a course and shows its number of late days.
func (s *classPages) serveTimes(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderTimes(w, r, user, nil)
}

func (s *classPages) renderTimes(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	times, err := s.Classroom.Grades.Times(r.Context(), m.Actor, m.Course.Code)
	if err != nil {
		return hidden("times", err)
	}
	page := view.Times{
		Frame: s.courseFrame("Late days and outages", m, "/-/times"), Path: "/" + m.Course.Code + "/-/times", Zone: m.Course.Zone,
		LateDays: times.LateDays, Form: formOf(r), List: view.NewOutages(times.Outages, s.now(), m.Course.Location()),
	}
	return s.renderForm(w, r, "times", &page.Frame, &page, problem)
}

// recordOutage records a time in which students of a course could not submit.
func (s *classPages) recordOutage(w http.ResponseWriter, r *http.Request, user schema.User) error {
	days, length, err := parseBy(r.PostFormValue("length"))
	if err == nil {
		_, _, err = s.Classroom.Grades.Outage(r.Context(), s.actor(r, user), classroom.NewOutage{
			Course: r.PathValue("course"), Start: localMinute(r.PostFormValue("start")),
			Length: length + time.Duration(days)*24*time.Hour, Reason: r.PostFormValue("reason"),
		})
	}
	if err != nil {
		return s.renderTimes(w, r, user, err)
	}
	return done(w, r, "/"+r.PathValue("course")+"/-/times", "outage")
}

// setLateDays sets how many late days each student of a course has.
func (s *classPages) setLateDays(w http.ResponseWriter, r *http.Request, user schema.User) error {
	n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("late_days")))
	if err != nil {
		err = schema.Errorf(schema.CodeInvalid, "late days are a whole number")
	} else {
		err = s.Classroom.Grades.SetLateTokens(r.Context(), s.actor(r, user), r.PathValue("course"), n)
	}
	if err != nil {
		return s.renderTimes(w, r, user, err)
	}
	return done(w, r, "/"+r.PathValue("course")+"/-/times", "late-days")
}

// parseBy parses a duration such as 2d, 36h or 90m. An empty text is zero.
func parseBy(text string) (days int, elapsed time.Duration, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, 0, nil
	}
	if number, ok := strings.CutSuffix(text, "d"); ok {
		if days, err = strconv.Atoi(number); err == nil {
			return days, 0, nil
		}
	} else if elapsed, err = time.ParseDuration(text); err == nil {
		return 0, elapsed, nil
	}
	return 0, 0, schema.Errorf(schema.CodeInvalid, "%q is not a length of time; write calendar days such as 2d, or elapsed time such as 36h or 90m", text)
}

// localMinute converts a time from a browser, such as 2026-10-01T18:00, to the format of the
// actions.
func localMinute(text string) string { return strings.Replace(strings.TrimSpace(text), "T", " ", 1) }
