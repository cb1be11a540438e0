package course

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Teams holds the state that decides changes of an assignment's teams. Each method checks one
// action and returns its changes, in order, without applying them. The errors say what is wrong and
// what to do.
type Teams struct {
	Course, Assignment string
	Rules              *assignment.Team // nil: the assignment has no teams
	Lock               time.Time        // the first instant at which students can no longer change teams; zero: never
	Zone               *time.Location
	Now                time.Time
	Teams              []schema.Team
	People             []schema.RosterPerson // everybody in the course, and other accounts that the action names
	Alone              map[string]int        // number of submissions that people made without a team
}

// MayManageTeams decides whether the viewer may create and change the teams of others:
// instructors may.
func MayManageTeams(v Viewer, code string) error {
	return onlyInstructors(v, code, "change the teams of others")
}

func (t Teams) path() string { return t.Course + "/" + t.Assignment }

// works returns an error if the assignment has no teams.
func (t Teams) works() error {
	if t.Rules == nil {
		return schema.Errorf(schema.CodeRefused, "%s has no teams; its instructors can allow them: team: {max: 3} in assignment.yaml", t.path())
	}
	return nil
}

// open returns an error if students may not change teams: the staff forms them, or they are locked.
func (t Teams) open(v Viewer) error {
	if err := MaySeeCourse(v, t.Course); err != nil {
		return err
	}
	if err := t.works(); err != nil {
		return err
	}
	switch {
	case v.role() != schema.RoleStudent:
		return schema.Errorf(schema.CodeForbidden, "only students form teams of their own; staff use: team create|add|remove|delete %s TEAM LOGIN", t.path())
	case t.Rules.FormedBy == assignment.FormedByStaff:
		return schema.Errorf(schema.CodeRefused, "the staff of %s form the teams of %s; ask them", t.Course, t.path())
	case !t.Lock.IsZero() && !t.Now.Before(t.Lock):
		return schema.Errorf(schema.CodeRefused, "the teams of %s are locked since %s; ask the staff of your course to change them",
			t.path(), moment(t.Lock.Add(-time.Minute).In(t.Zone), t.Now.In(t.Zone)))
	}
	return nil
}

// managed returns an error if the viewer may not manage teams.
func (t Teams) managed(v Viewer) error {
	if err := MayManageTeams(v, t.Course); err != nil {
		return err
	}
	return t.works()
}

// Found creates a team with a student as its first member.
func (t Teams) Found(v Viewer, name string) ([]schema.TeamChange, error) {
	if err := t.open(v); err != nil {
		return nil, err
	}
	if of := t.teamOf(v.Login); of != nil {
		return nil, schema.Errorf(schema.CodeConflict, "you are in team %s; leave it first: team leave %s", of.Name, t.path())
	}
	if err := t.free(name); err != nil {
		return nil, err
	}
	return append([]schema.TeamChange{{Kind: schema.TeamCreated, Team: name}}, t.joining(name, v.Login)...), nil
}

// Create creates a team of students, for staff.
func (t Teams) Create(v Viewer, name string, logins []string) ([]schema.TeamChange, error) {
	if err := t.managed(v); err != nil {
		return nil, err
	}
	if err := t.free(name); err != nil {
		return nil, err
	}
	members, err := t.add(&schema.Team{Name: name}, logins)
	return append([]schema.TeamChange{{Kind: schema.TeamCreated, Team: name}}, members...), err
}

// Add adds students to a team, for staff.
func (t Teams) Add(v Viewer, name string, logins []string) ([]schema.TeamChange, error) {
	if err := t.managed(v); err != nil {
		return nil, err
	}
	team, err := t.named(name)
	switch {
	case err != nil:
		return nil, err
	case len(logins) == 0:
		return nil, schema.Errorf(schema.CodeInvalid, "name the students that join team %s", name)
	}
	return t.add(team, logins)
}

func (t Teams) add(team *schema.Team, logins []string) ([]schema.TeamChange, error) {
	var changes []schema.TeamChange
	size := t.size(*team)
	for i, login := range logins {
		if slices.Contains(logins[:i], login) {
			return nil, schema.Errorf(schema.CodeInvalid, "%s is named twice", login)
		}
		if err := t.mayJoin(team.Name, login); err != nil {
			return nil, err
		}
		changes = append(changes, t.joining(team.Name, login)...)
	}
	if size += len(logins); size > t.Rules.Max {
		return nil, t.full(team.Name, size)
	}
	return changes, nil
}

// Remove removes a member from a team, for staff.
func (t Teams) Remove(v Viewer, name, login string) ([]schema.TeamChange, error) {
	if err := MayManageTeams(v, t.Course); err != nil {
		return nil, err
	}
	team, err := t.named(name)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(team.Members, login) {
		return nil, schema.Errorf(schema.CodeNotFound, "%s is not in team %s of %s: %s", login, name, t.path(), members(*team))
	}
	return t.leaving(*team, login), nil
}

// Delete deletes a team without submissions, for staff.
func (t Teams) Delete(v Viewer, name string) ([]schema.TeamChange, error) {
	if err := MayManageTeams(v, t.Course); err != nil {
		return nil, err
	}
	team, err := t.named(name)
	if err != nil {
		return nil, err
	}
	if team.Submissions > 0 {
		return nil, schema.Errorf(schema.CodeRefused, "team %s has %s; a team can be deleted only before its first one. To take its members out: team remove %s %s LOGIN",
			name, schema.Count(team.Submissions, "submission"), t.path(), name)
	}
	var changes []schema.TeamChange
	for _, login := range team.Members {
		changes = append(changes, schema.TeamChange{Kind: schema.TeamLeft, Team: name, Login: login})
	}
	return append(changes, schema.TeamChange{Kind: schema.TeamDeleted, Team: name}), nil
}

// Invite invites another student into a student's team.
func (t Teams) Invite(v Viewer, login string) ([]schema.TeamChange, error) {
	if err := t.open(v); err != nil {
		return nil, err
	}
	team := t.teamOf(v.Login)
	switch {
	case team == nil:
		return nil, schema.Errorf(schema.CodeRefused, "you are in no team yet; make one first: team create %s NAME", t.path())
	case slices.Contains(team.Invited, login):
		return []schema.TeamChange{{Kind: schema.TeamUnchanged, Team: team.Name, Login: login, What: "was invited before"}}, nil
	}
	if err := t.mayJoin(team.Name, login); err != nil {
		return nil, err
	}
	if size := t.size(*team) + len(team.Invited); size >= t.Rules.Max {
		return nil, t.fullForInvited(*team)
	}
	return []schema.TeamChange{{Kind: schema.TeamInvited, Team: team.Name, Login: login}}, nil
}

// Uninvite withdraws an invitation to a student's team.
func (t Teams) Uninvite(v Viewer, login string) ([]schema.TeamChange, error) {
	if err := t.open(v); err != nil {
		return nil, err
	}
	team := t.teamOf(v.Login)
	if team == nil || !slices.Contains(team.Invited, login) {
		return nil, schema.Errorf(schema.CodeNotFound, "%s is not invited to a team of yours; see: team show %s", login, t.path())
	}
	return []schema.TeamChange{{Kind: schema.TeamUninvited, Team: team.Name, Login: login}}, nil
}

// Accept makes a student a member of a team that has invited them. If name is "", exactly one team
// must have invited them.
func (t Teams) Accept(v Viewer, name string) ([]schema.TeamChange, error) {
	if err := t.open(v); err != nil {
		return nil, err
	}
	team, err := t.invitation(v, name, "accept")
	if err != nil {
		return nil, err
	}
	if of := t.teamOf(v.Login); of != nil {
		return nil, schema.Errorf(schema.CodeConflict, "you are in team %s; leave it first: team leave %s", of.Name, t.path())
	}
	if size := t.size(*team) + 1; size > t.Rules.Max {
		return nil, t.full(team.Name, size)
	}
	return t.joining(team.Name, v.Login), nil
}

// Decline declines an invitation. If name is "", there must be exactly one invitation.
func (t Teams) Decline(v Viewer, name string) ([]schema.TeamChange, error) {
	if err := t.open(v); err != nil {
		return nil, err
	}
	team, err := t.invitation(v, name, "decline")
	if err != nil {
		return nil, err
	}
	return []schema.TeamChange{{Kind: schema.TeamUninvited, Team: team.Name, Login: v.Login}}, nil
}

// invitation finds a team that has invited a student.
func (t Teams) invitation(v Viewer, name, verb string) (*schema.Team, error) {
	var invited []string
	for i := range t.Teams {
		if !slices.Contains(t.Teams[i].Invited, v.Login) {
			continue
		}
		if t.Teams[i].Name == name {
			return &t.Teams[i], nil
		}
		invited = append(invited, t.Teams[i].Name)
	}
	switch {
	case len(invited) == 0 || name != "" && !slices.Contains(invited, name):
		of := "no team of " + t.path()
		if name != "" {
			of = "team " + name + " of " + t.path() + " has not invited you, or is not there"
			return nil, schema.Errorf(schema.CodeNotFound, "%s; ask a member of it for: team invite %s %s", of, t.path(), v.Login)
		}
		return nil, schema.Errorf(schema.CodeNotFound, "%s has invited you; ask a member of one for: team invite %s %s", of, t.path(), v.Login)
	case len(invited) > 1:
		return nil, schema.Errorf(schema.CodeInvalid, "the teams %s have invited you; say which, as in: team %s %s %s", strings.Join(invited, ", "), verb, t.path(), invited[0])
	}
	return t.find(invited[0]), nil
}

// Leave removes a student from their team.
func (t Teams) Leave(v Viewer) ([]schema.TeamChange, error) {
	if err := t.open(v); err != nil {
		return nil, err
	}
	team := t.teamOf(v.Login)
	if team == nil {
		return nil, schema.Errorf(schema.CodeNotFound, "you are in no team of %s", t.path())
	}
	return t.leaving(*team, v.Login), nil
}

// student reports whether a person is a student of the course now.
func student(p schema.RosterPerson) bool {
	return p.Enrolled && !p.Dropped && p.Role == schema.RoleStudent
}

// mayJoin returns an error for people who cannot become members of a team.
func (t Teams) mayJoin(name, login string) error {
	i := slices.IndexFunc(t.People, func(p schema.RosterPerson) bool { return p.Login == login })
	if i < 0 || !student(t.People[i]) {
		return schema.Errorf(schema.CodeNotFound, "%s is not a student of %s", login, t.Course)
	}
	switch of := t.teamOf(login); {
	case of == nil:
		return nil
	case of.Name == name:
		return schema.Errorf(schema.CodeConflict, "%s is in team %s already", login, name)
	default:
		return schema.Errorf(schema.CodeConflict, "%s is in team %s of %s; nobody is in two teams. They can leave it, or staff can take them out: team remove %s %s %s",
			login, of.Name, t.path(), t.path(), of.Name, login)
	}
}

// joining returns the changes that add a member and end all of their invitations.
func (t Teams) joining(name, login string) []schema.TeamChange {
	join := schema.TeamChange{Kind: schema.TeamJoined, Team: name, Login: login}
	if n := t.Alone[login]; n > 0 {
		join.What = fmt.Sprintf("the %s that %s made alone do not count while in the team", schema.Count(n, "submission"), login)
		if n == 1 {
			join.What = fmt.Sprintf("the submission that %s made alone does not count while in the team", login)
		}
	}
	changes := []schema.TeamChange{join}
	for _, team := range t.Teams {
		if slices.Contains(team.Invited, login) {
			changes = append(changes, schema.TeamChange{Kind: schema.TeamUninvited, Team: team.Name, Login: login})
		}
	}
	return changes
}

// leaving returns the changes that remove a member. A team without members and submissions is
// deleted.
func (t Teams) leaving(team schema.Team, login string) []schema.TeamChange {
	leave := schema.TeamChange{Kind: schema.TeamLeft, Team: team.Name, Login: login}
	if team.Submissions > 0 {
		leave.What = "what counted for " + login + " stays as it is"
	}
	changes := []schema.TeamChange{leave}
	if len(team.Members) == 1 && team.Submissions == 0 {
		changes = append(changes, schema.TeamChange{Kind: schema.TeamDeleted, Team: team.Name})
	}
	return changes
}

// free returns an error if a new team's name is invalid or taken.
func (t Teams) free(name string) error {
	if err := schema.TeamName(name); err != nil {
		if better := suggestedName(name); schema.TeamName(better) == nil && better != name {
			return schema.Errorf(schema.CodeInvalid, "%s; write %s", schema.MessageOf(err), better)
		}
		return err
	}
	if t.find(name) != nil {
		return schema.Errorf(schema.CodeConflict, "%s has a team %s already; choose another name", t.path(), name)
	}
	if slices.ContainsFunc(t.People, func(p schema.RosterPerson) bool { return p.Login == name }) {
		return schema.Errorf(schema.CodeConflict, "%s is somebody's login, and teams and logins share their names; choose another name for the team, such as team-%s", name, name)
	}
	return nil
}

// suggestedName derives a valid team name from a name such as "Team 4".
func suggestedName(name string) string {
	better := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			return r
		case r == ' ':
			return '-'
		}
		return -1
	}, strings.ToLower(strings.TrimSpace(name)))
	return strings.TrimLeft(better, "._-")
}

func (t Teams) find(name string) *schema.Team {
	i := slices.IndexFunc(t.Teams, func(team schema.Team) bool { return team.Name == name })
	if i < 0 {
		return nil
	}
	return &t.Teams[i]
}

func (t Teams) named(name string) (*schema.Team, error) {
	if team := t.find(name); team != nil {
		return team, nil
	}
	return nil, schema.Errorf(schema.CodeNotFound, "%s has no team %s; see: team list %s", t.path(), schema.Sanitize(name), t.path())
}

// teamOf returns a person's team, or nil.
func (t Teams) teamOf(login string) *schema.Team {
	i := slices.IndexFunc(t.Teams, func(team schema.Team) bool { return slices.Contains(team.Members, login) })
	if i < 0 {
		return nil
	}
	return &t.Teams[i]
}

// full returns the error for a team that would have too many members.
func (t Teams) full(name string, size int) error {
	return schema.Errorf(schema.CodeLimit, "team %s would have %d members, and at most %d are allowed (team: {max: %d} in assignment.yaml)", name, size, t.Rules.Max, t.Rules.Max)
}

func (t Teams) fullForInvited(team schema.Team) error {
	if len(team.Invited) == 0 {
		return schema.Errorf(schema.CodeLimit, "team %s is full: %s; at most %d are allowed", team.Name, members(team), t.Rules.Max)
	}
	return schema.Errorf(schema.CodeLimit, "team %s is full: %s, and %s invited; at most %d are allowed. To take an invitation back: team uninvite %s %s",
		team.Name, members(team), strings.Join(team.Invited, ", "), t.Rules.Max, t.path(), team.Invited[0])
}

func members(team schema.Team) string {
	if len(team.Members) == 0 {
		return "nobody"
	}
	return strings.Join(team.Members, ", ")
}

// TeamWords names a team and its members: "team blue: alice, bob".
func TeamWords(team schema.Team) string { return "team " + team.Name + ": " + members(team) }

// size returns the number of members who are students of the course.
func (t Teams) size(team schema.Team) int { return len(team.Members) - len(team.Absent) }

// RefuseTeamNames rejects people of a roster who are new to the course if their login is the name
// of a team in it.
func RefuseTeamNames(changes []schema.RosterChange, teams []string, code string) []schema.RosterChange {
	for i, c := range changes {
		if c.Kind == schema.RosterAdded && slices.Contains(teams, c.Login) {
			changes[i].Kind, changes[i].What = schema.RosterRefused, TeamNameTaken(c.Login, code)
		}
	}
	return changes
}

// TeamNameTaken returns the message for a login that is the name of a team.
func TeamNameTaken(login, where string) string {
	return fmt.Sprintf("%s is the name of a team of %s, and teams and logins share their names; give this person another login, or delete the team", login, where)
}

// WorkOf names one owner's work for one assignment, by its id.
type WorkOf struct {
	Assignment int64
	Owner      string
}

// Members returns the logins of each team that has members, from the seats of its course.
func Members(seats []schema.Seat) map[WorkOf][]string {
	members := make(map[WorkOf][]string)
	for _, seat := range seats {
		if seat.Left.IsZero() {
			of := WorkOf{seat.Assignment, seat.Team}
			members[of] = append(members[of], seat.Login)
		}
	}
	for _, logins := range members {
		slices.Sort(logins)
	}
	return members
}
