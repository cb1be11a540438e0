package classroom

import (
	"context"
	"slices"
	"time"

	"github.com/grader/grader/classroom/teamfile"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// TeamStore is the part of the store that the actions on teams use.
type TeamStore interface {
	reachStore
	// UserByLogin returns an account by its login.
	UserByLogin(ctx context.Context, login string) (schema.User, error)
	// Assignment returns one assignment with its active version.
	Assignment(ctx context.Context, course, name string) (schema.Assignment, error)
	// Teams returns the teams of an assignment, by name.
	Teams(ctx context.Context, assignment int64) ([]schema.Team, error)
	// ChangeTeams applies the changes that decide returns for the current teams, in one
	// transaction with the audit entry and the new grades.
	ChangeTeams(ctx context.Context, by schema.Actor, r schema.TeamRequest, decide func(course.Teams) ([]schema.TeamChange, error)) ([]schema.TeamChange, error)
}

// Teams implements the actions on the teams of an assignment.
type Teams struct {
	store   TeamStore
	live    Live
	clock   func() time.Time
	read    func(schema.Assignment) Assignment
	revoked *Revocations
}

// TeamArgs names an assignment, and a team or people.
type TeamArgs struct {
	Course, Assignment string
	Team               string
	Logins             []string
}

// TeamReply is the result of an action on teams.
type TeamReply struct {
	Changes []schema.TeamChange `json:"changes"`
	Team    *schema.Team        `json:"now,omitempty"` // current state; absent for an imported file or a deleted team
}

// decision returns the changes to make to the current teams.
type decision func(v course.Viewer, t course.Teams) ([]schema.TeamChange, error)

// Create creates a team. A student becomes the first member of their own team; staff create
// a team of the students in Logins.
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

// Remove removes the first of Logins from a team, for staff.
func (t *Teams) Remove(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.about(ctx, by, a, course.Teams.Remove)
}

// Delete deletes a team without submissions, for staff.
func (t *Teams) Delete(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.change(ctx, by, a, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		return teams.Delete(v, a.Team)
	})
}

// Invite invites another student to the actor's team.
func (t *Teams) Invite(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.toward(ctx, by, a, course.Teams.Invite)
}

// Uninvite withdraws an invitation to the actor's team.
func (t *Teams) Uninvite(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.toward(ctx, by, a, course.Teams.Uninvite)
}

// Accept makes the actor a member of a team that has invited them; Team "" means the only
// invitation.
func (t *Teams) Accept(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.change(ctx, by, a, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		return teams.Accept(v, a.Team)
	})
}

// Decline declines an invitation; Team "" means the only invitation.
func (t *Teams) Decline(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.change(ctx, by, a, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		return teams.Decline(v, a.Team)
	})
}

// Leave removes the actor from their team.
func (t *Teams) Leave(ctx context.Context, by schema.Actor, a TeamArgs) (TeamReply, error) {
	return t.change(ctx, by, a, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		return teams.Leave(v)
	})
}

// about makes a change to one person and the named team.
func (t *Teams) about(ctx context.Context, by schema.Actor, a TeamArgs, decide func(course.Teams, course.Viewer, string, string) ([]schema.TeamChange, error)) (TeamReply, error) {
	return t.change(ctx, by, a, func(v course.Viewer, teams course.Teams) ([]schema.TeamChange, error) {
		if len(a.Logins) != 1 {
			return nil, schema.Errorf(schema.CodeInvalid, "name one person")
		}
		return decide(teams, v, a.Team, a.Logins[0])
	})
}

// toward makes a change to one person.
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

// decide changes teams in the store. It ends the open sessions of people who left, and those of TAs restricted to
// their sections who see less than before.
func (t *Teams) decide(ctx context.Context, m Member, is Assignment, r schema.TeamRequest, decide decision) (changes []schema.TeamChange, err error) {
	apply := func() (err error) {
		changes, err = t.apply(ctx, m, is, r, decide)
		return err
	}
	if r.DryRun || !m.Course.Settings.TA.OwnSection {
		err = apply()
	} else {
		err = changeReach(ctx, t.store, t.revoked, m.Course, apply)
	}
	return changes, err
}

// apply changes teams in the store, and ends the open sessions of people who left.
func (t *Teams) apply(ctx context.Context, m Member, is Assignment, r schema.TeamRequest, decide decision) ([]schema.TeamChange, error) {
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

// ImportTeams describes a file of teams to import.
type ImportTeams struct {
	Course, Assignment string
	Data               []byte            // the file
	Columns            map[string]string // field → heading, for unknown headings
	DryRun             bool
}

// Import creates the teams of a file, for staff. It reports an invalid line with its number
// and skips it; it applies the other lines in one transaction. CodeInvalid: the file is not
// a table of teams.
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

// List returns the teams of an assignment, by name. Staff get all teams; a student gets
// their own team and the teams that have invited them.
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

// assignment returns an assignment with accepted tests, for a member of its course.
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
