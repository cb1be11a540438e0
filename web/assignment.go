package web

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/view"
)

// serveAssignment shows one assignment to a member of its course.
func (s *studentPages) serveAssignment(w http.ResponseWriter, r *http.Request, user schema.User) error {
	m, err := s.memberOf(r, user)
	if err != nil {
		return err
	}
	t, err := s.findTask(r.Context(), m, r.PathValue("assignment"))
	if err != nil {
		return err
	}
	page, err := s.newAssignmentPage(r.Context(), t, m)
	if err != nil {
		return err
	}
	page.Notice = notice(r)
	return s.render(w, http.StatusOK, "assignment", page)
}

// findTask returns the assignment that a path names, if the member may see it.
func (s *site) findTask(ctx context.Context, m member, name string) (task, error) {
	if schema.OwnerName("assignment", name) != nil {
		return task{}, errNowhere()
	}
	a, err := s.Classroom.Work.Assignment(ctx, m, name)
	if err != nil && a.Broken != nil {
		s.newTask(a)
		return task{}, errNowhere()
	}
	if err != nil {
		return task{}, hidden("assignment", err)
	}
	return s.newTask(a), nil
}

func (s *studentPages) newAssignmentPage(ctx context.Context, t task, m member) (view.Assignment, error) {
	owner, err := s.Classroom.Work.OwnerOf(ctx, m, t.ID)
	if err != nil {
		return view.Assignment{}, err
	}
	terms, err := s.terms(ctx, t, owner)
	if err != nil {
		return view.Assignment{}, err
	}
	page := view.Assignment{
		Frame: s.taskFrame(t.Title(), m, t, ""),
		Name:  t.Path(), Heading: t.Title(), Staff: m.Viewer().Staff(), Empty: t.Spec == nil, Broken: t.Broken != nil,
		Due: s.due(t, terms), Commands: view.NewCommands(s.SSHAddress, t.Path()),
	}
	own := schema.RepositoryPath{Kind: schema.RepositoryOwn, Course: t.Course.Code, Assignment: t.Name}
	if err := course.MayUse(m.Viewer(), course.ActionPush, own); err != nil {
		page.Refused = view.Sentence(schema.MessageOf(err))
	}
	page.Upload = s.Uploads != nil && t.Spec != nil && page.Refused == ""
	page.HasTeams = t.Spec != nil && t.Spec.Team != nil
	if t.Spec != nil {
		page.Tests, page.Rules = t.Active.Number, view.Rules(t.Spec)
		page.Closed, page.Terms = terms.Schedule.Ended(s.now()), view.Sentence(terms.Status(s.now()))
		if !course.Released(t.Spec, s.now()) {
			page.Upcoming = view.At(t.Spec.Release, s.now(), m.Course.Location())
		}
	}
	if page.Handout, err = s.handouts.of(ctx, t); err != nil {
		// The rest of the page is useful without the handout.
		s.log.Error("handout is missing", "assignment", t.Path(), "error", err)
		page.NoHandout = true
	}
	grade, counted, err := s.counted(ctx, t, owner, terms)
	if err != nil {
		return page, err
	}
	if page.Mine, err = s.ownTable(ctx, t, m, owner, terms, counted); err != nil {
		return page, err
	}
	page.Mine.Caption = "My submissions"
	if page.Teams, err = s.teams(ctx, t, m); err != nil {
		return page, err
	}
	if owner != m.Actor.User.Login {
		page.Mine.Caption = "Submissions of my team"
	}
	if page.Standing, err = s.standing(ctx, t, m, owner, terms, grade, counted); err != nil {
		return page, err
	}
	if page.Staff {
		page.Class, err = s.classTable(ctx, t, m)
	}
	return page, err
}

// ownTable lists the submissions of one owner, newest first. terms are the owner's, and counted is the submission
// that counts for them, or nil.
func (s *studentPages) ownTable(ctx context.Context, t task, m member, owner string, terms course.Terms, counted *schema.GradedSubmission) (view.Table, error) {
	subs, err := s.Results.Submissions(ctx, t.ID, owner, maxSubmissions)
	if err != nil {
		return view.Table{}, fmt.Errorf("submissions: %w", err)
	}
	if counted != nil && (counted.Name.Owner != owner || len(subs) > 0 && counted.Name.Number < subs[len(subs)-1].Name.Number) {
		subs = append(subs, *counted) // from a team that the owner has left, or older than all in the list
	}
	var list view.Table
	var access course.Access
	for i, sub := range subs {
		if i == 0 || sub.Name.Owner != subs[i-1].Name.Owner {
			if access, err = s.Classroom.Work.Access(ctx, m.Viewer(), t.ID, sub.Name.Owner); err != nil {
				return view.Table{}, err
			}
		}
		one := view.NewRow(sub, access, s.now(), m.Course.Location())
		one.Counts = counted != nil && sub.Name == counted.Name
		one.MayMark = !one.Counts && s.mayMark(t, access, terms, sub.Submission)
		list.Rows = append(list.Rows, one)
	}
	list.Tries, err = s.tries(ctx, t, m, owner)
	return list, err
}

// maxTries is the maximum number of tries on a page.
const maxTries = 10

// tries lists the latest tries of an owner.
func (s *studentPages) tries(ctx context.Context, t task, m member, owner string) ([]view.Row, error) {
	all, err := s.Results.Tries(ctx, t.ID, owner, maxTries)
	if err != nil {
		return nil, fmt.Errorf("tries: %w", err)
	}
	access, err := s.Classroom.Work.Access(ctx, m.Viewer(), t.ID, owner)
	if err != nil {
		return nil, err
	}
	var rows []view.Row
	for _, y := range all {
		rows = append(rows, view.NewTryRow(y, access, s.now(), m.Course.Location()))
	}
	return rows, nil
}

// teams describes a student's team for an assignment and the teams that have invited them.
func (s *studentPages) teams(ctx context.Context, t task, m member) ([]string, error) {
	if t.Spec == nil || t.Spec.Team == nil || m.Viewer().Staff() {
		return nil, nil
	}
	all, err := s.Classroom.Teams.List(ctx, m.Actor, classroom.TeamArgs{Course: m.Course.Code, Assignment: t.Name})
	if err != nil {
		return nil, err
	}
	lines := make([]string, 0, len(all))
	for _, team := range all {
		line := view.Sentence(course.TeamWords(team))
		if !slices.Contains(team.Members, m.Actor.User.Login) {
			line = "Invited to " + course.TeamWords(team) + ". To join: team accept " + t.Path() + " " + team.Name
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// latestRows is the number of the class's latest submissions on an assignment's page. The page of
// the class lists everybody.
const latestRows = 25

// maxClass is larger than the number of owners in any class.
const maxClass = 10_000

// classTable lists the latest submissions of the class, for staff.
func (s *studentPages) classTable(ctx context.Context, t task, m member) (view.Table, error) {
	list := view.Table{Caption: "Latest submissions", ByOwner: true}
	subs, err := s.Results.Latest(ctx, t.ID, latestRows)
	if err == nil && len(subs) == latestRows && slices.ContainsFunc(subs, func(sub schema.GradedSubmission) bool { return !m.Viewer().In(t.Name).SeesOwner(sub.Name.Owner) }) {
		subs, err = s.Results.Latest(ctx, t.ID, maxClass) // for a TA who sees one section
	}
	if err != nil {
		return view.Table{}, fmt.Errorf("latest submissions: %w", err)
	}
	for _, sub := range subs {
		if len(list.Rows) >= latestRows {
			break
		}
		access := course.OwnedBy(m.Viewer(), sub.Name.Owner) // for staff, who may see everything
		if course.MaySee(access, sub.Name) == nil {
			list.Rows = append(list.Rows, view.NewRow(sub, access, s.now(), m.Course.Location()))
		}
	}
	return list, nil
}
