package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveTeams lists the teams of an assignment. Staff see all of them; students see their own team
// and those that have invited them.
func (s *studentPages) serveTeams(w http.ResponseWriter, r *http.Request, user schema.User) error {
	return s.renderTeams(w, r, user, nil)
}

func (s *studentPages) renderTeams(w http.ResponseWriter, r *http.Request, user schema.User, problem error) error {
	m, t, err := s.taskOf(r, user)
	if err != nil {
		return err
	}
	if t.Spec == nil || t.Spec.Team == nil {
		return errNowhere()
	}
	all, err := s.Classroom.Teams.List(r.Context(), m.Actor, classroom.TeamArgs{Course: m.Course.Code, Assignment: t.Name})
	if err != nil {
		return hidden("teams", err)
	}
	page := view.NewTeams("/"+t.Path()+"/-/teams", all, user.Login, m.Viewer().Staff(), course.MayManageTeams(m.Viewer(), m.Course.Code) == nil)
	page.Frame, page.Task, page.Form = s.taskFrame("Teams: "+t.Title(), m, t, "/-/teams"), t.Title(), formOf(r)
	return s.renderForm(w, r, "teams", &page.Frame, &page, problem)
}

// teamAction is an action on a team.
type teamAction func(ctx context.Context, by schema.Actor, a classroom.TeamArgs) (classroom.TeamReply, error)

// changeTeams runs the action of the form's button.
func (s *studentPages) changeTeams(w http.ResponseWriter, r *http.Request, user schema.User) error {
	teams := s.Classroom.Teams
	action, ok := map[string]teamAction{
		"create": teams.Create, "add": teams.Add, "remove": teams.Remove, "delete": teams.Delete,
		"invite": teams.Invite, "uninvite": teams.Uninvite, "accept": teams.Accept, "decline": teams.Decline, "leave": teams.Leave,
	}[r.PathValue("verb")]
	if !ok {
		return errNowhere()
	}
	_, err := action(r.Context(), s.actor(r, user), classroom.TeamArgs{
		Course: r.PathValue("course"), Assignment: r.PathValue("assignment"), Team: strings.TrimSpace(r.PostFormValue("team")),
		Logins: strings.FieldsFunc(r.PostFormValue("logins"), func(c rune) bool { return c == ',' || c == ' ' || c == '\n' || c == '\r' }),
	})
	if err != nil {
		return s.renderTeams(w, r, user, err)
	}
	return done(w, r, "/"+r.PathValue("course")+"/"+r.PathValue("assignment")+"/-/teams", "teams")
}
