package classroom

import (
	"context"
	"slices"
	"time"

	"github.com/grader/grader/classroom/teamfile"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// TeamStore is what actions on teams ask of the store.
type TeamStore interface {
	memberStore
	// UserByLogin returns an account by its login.
	UserByLogin(ctx context.Context, login string) (schema.User, error)
	// Assignment returns one assignment with its active version.
	Assignment(ctx context.Context, course, name string) (schema.Assignment, error)
	// Teams returns the teams of an assignment, by name.
	Teams(ctx context.Context, assignment int64) ([]schema.Team, error)
	// ChangeTeams makes the changes that decide returns of how things stand, in one
	// transaction with its audit entry and the grades that follow from it.
	ChangeTeams(ctx context.Context, by schema.Actor, r schema.TeamRequest, decide func(course.Teams) ([]schema.TeamChange, error)) ([]schema.TeamChange, error)
}

// Teams are the actions on the teams of an assignment.
type Teams struct {
	store   TeamStore
	live    Live
	clock   func() time.Time
	read    func(schema.Assignment) Assignment
	revoked *Revocations
}

// TeamArgs names an assignment, and a team or people of it.
type TeamArgs struct {
	Course, Assignment string
	Team               string
	Logins             []string
}

// TeamReply is what an action did.
type TeamReply struct {
	Changes []schema.TeamChange `json:"changes"`
	Team    *schema.Team        `json:"now,omitempty"` // as it is now; absent for a file, and where it was deleted
}

// decision decides a change by the current teams.
type decision func(v course.Viewer, t course.Teams) ([]schema.TeamChange, error)

// Create makes a team: a student's own, whose first member they are, or for staff one of
// the students that Logins names.
func (t *Teams) Create(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.change(ctx, by, a, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		if v.Staff() {
			return teams.Create(v, a.Team, a.Logins)
		}
		if len(a.Logins) > 0 {
			return nil, schema.Errorf(schema.CodeInvalid, "make the team first and invite the others: team create %s/%s %s, then team invite %s/%s %s",
				a.Course, a.Assignment, a.Team, a.Course, a.Assignment, a.Logins[0])
		}
		return teams.Found(v, a.Team)
	})
}

// Add adds students to a team, for staff.
func (t *Teams) Add(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.change(ctx, by, a, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		return teams.Add(v, a.Team, a.Logins)
	})
}

// Remove takes the first of Logins out of a team, for staff.
func (t *Teams) Remove(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.about(ctx, by, a, course.Teams.Remove)
}

// Delete removes a team that has no submission, for staff.
func (t *Teams) Delete(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.change(ctx, by, a, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		return teams.Delete(v, a.Team)
	})
}

// Invite asks another student into the actor's team.
func (t *Teams) Invite(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.toward(ctx, by, a, course.Teams.Invite)
}

// Uninvite takes an invitation to the actor's team back.
func (t *Teams) Uninvite(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.toward(ctx, by, a, course.Teams.Uninvite)
}

// Accept makes the actor a member of a team that has invited them; Team "" is the only one.
func (t *Teams) Accept(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.change(ctx, by, a, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		return teams.Accept(v, a.Team)
	})
}

// Decline answers an invitation with no; Team "" is the only one.
func (t *Teams) Decline(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.change(ctx, by, a, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		return teams.Decline(v, a.Team)
	})
}

// Leave takes the actor out of their team.
func (t *Teams) Leave(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.change(ctx, by, a, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		return teams.Leave(v)
	})
}

// about decides by the team and the first of the logins.
func (t *Teams) about(ctx context.Context, by schema.Actor, a TeamArgs, decide func(course.Teams, course.Viewer, string, string) ([]schema.TeamChange, error)) (TeamReply, error) {
	return t.change(ctx, by, a, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		if len(a.Logins) != 1 {
			return nil, schema.Errorf(schema.CodeInvalid, "name one person")
		}
		return decide(teams, v, a.Team, a.Logins[0])
	})
}

// toward decides by the first of the logins.
func (t *Teams) toward(ctx context.Context, by schema.Actor, a TeamArgs, decide func(course.Teams, course.Viewer, string) ([]schema.TeamChange, error)) (TeamReply, error) {
	return t.about(ctx, by, a, func(teams course.Teams, v course.Viewer, _, login string) ([]schema.TeamChange, error) {
		return decide(teams, v, login)
	})
}

// change makes one change of an assignment's teams.
func (t *Teams) change(ctx context.Context, by schema.Actor, a TeamArgs, decide decision) (TeamReply, error) {
	m, is, err := t.assignment(ctx, by, a)
	if err != nil {
		return TeamReply{}, err
	}
	request := schema.TeamRequest{Assignment: is.Assignment, Names: append(slices.Clone(a.Logins), a.Team)}
	changes, err := t.decide(ctx, m, is, request, decide)
	if err != nil {
		return TeamReply{}, err
	}
	reply := TeamReply{Changes: changes}
	teams, err := t.store.Teams(ctx, is.ID)
	if i := slices.IndexFunc(teams, func(team schema.Team) bool { return team.Name == changes[0].Team }); i >= 0 {
		reply.Team = &teams[i]
	}
	return reply, err
}

// decide makes the store change teams, and ends the open sessions of those who left.
func (t *Teams) decide(ctx context.Context, m Member, is Assignment, r schema.TeamRequest, decide decision) ([]schema.TeamChange, error) {
	changes, err := t.store.ChangeTeams(ctx, m.Actor, r, func(teams course.Teams) ([]schema.TeamChange, error) {
		teams.Rules, teams.Lock = is.Spec.Team, is.Spec.LockedAt()
		return decide(m.Viewer(), teams)
	})
	if err != nil || r.DryRun {
		return changes, err
	}
	t.live.Wake() // a new member's extension may have queued pushes that were kept
	for _, c := range changes {
		if c.Kind != schema.TeamLeft {
			continue
		}
		user, err := t.store.UserByLogin(ctx, c.Login)
		if err != nil {
			return changes, err
		}
		owner := schema.SubmissionName{Course: m.Course.Code, Assignment: is.Name, Owner: c.Team}
		t.revoked.tell(Revocation{User: user.ID, Course: m.Course.ID, Work: owner.String(), Why: c.Login + " is no longer in team " + c.Team})
	}
	return changes, nil
}

// ImportTeams is a file of teams to import.
type ImportTeams struct {
	Course, Assignment string
	Data               []byte            // the file
	Columns            map[string]string // field → heading, where the headings are not known
	DryRun             bool
}

// Import makes teams as a file says, for staff. A line that cannot be done is refused by
// its number and changes nothing; the others are done in one transaction. CodeInvalid: the
// file is no table of teams.
func (t *Teams) Import(ctx context.Context, by schema.Actor, i ImportTeams) (TeamReply, error) {
	m, is, err := t.assignment(ctx, by, TeamArgs{Course: i.Course, Assignment: i.Assignment})
	if err == nil {
		err = course.MayManageTeams(m.Viewer(), i.Course)
	}
	if err != nil {
		return TeamReply{}, err
	}
	rows, refused, err := teamfile.Read(i.Data, i.Columns)
	if err != nil {
		return TeamReply{}, err
	}
	reply := TeamReply{Changes: refused}
	var names []string
	for _, row := range rows {
		names = append(names, row.Team)
	}
	request := schema.TeamRequest{Assignment: is.Assignment, Names: names, DryRun: i.DryRun}
	changes, err := t.decide(ctx, m, is, request, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		return teams.Import(v, rows)
	})
	reply.Changes = append(reply.Changes, changes...)
	slices.SortStableFunc(reply.Changes, func(a, b schema.TeamChange) int { return a.Line - b.Line })
	return reply, err
}

// List returns the teams of an assignment, by name: to staff all of them, to a student their
// own and those that have invited them.
func (t *Teams) List(ctx context.Context, by schema.Actor, a TeamArgs) ([]schema.Team, error) {
	m, is, err := t.assignment(ctx, by, a)
	if err != nil {
		return nil, err
	}
	all, err := t.store.Teams(ctx, is.ID)
	if err != nil || m.Viewer().Staff() {
		return all, err
	}
	login := by.User.Login
	return slices.DeleteFunc(all, func(team schema.Team) bool {
		return !slices.Contains(team.Members, login) && !slices.Contains(team.Invited, login)
	}), nil
}

// assignment finds one with accepted tests, for a member of its course.
func (t *Teams) assignment(ctx context.Context, by schema.Actor, a TeamArgs) (Member, Assignment, error) {
	m, err := findMember(ctx, t.store, by, a.Course)
	if err != nil {
		return m, Assignment{}, err
	}
	found, err := t.store.Assignment(ctx, a.Course, a.Assignment)
	if schema.CodeOf(err) == schema.CodeNotFound {
		return m, Assignment{}, noAssignment(m, a.Assignment)
	}
	if err != nil {
		return m, Assignment{}, err
	}
	is := t.read(found)
	switch {
	case is.Broken != nil:
		return m, is, is.Broken
	case is.Spec == nil || !is.visible(m, t.clock()):
		return m, is, noAssignment(m, a.Assignment)
	}
	return m, is, nil
}
