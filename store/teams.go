package store

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Teams returns the teams of an assignment, by name.
func (s *RosterTables) Teams(ctx context.Context, assignment int64) ([]schema.Team, error) {
	return teams(ctx, s.reader, assignment)
}

func teams(ctx context.Context, q querier, assignment int64) ([]schema.Team, error) {
	all, err := list(ctx, q, scanTeam, `SELECT t.name, (SELECT count(*) FROM submissions s WHERE s.assignment_id = t.assignment_id AND s.owner = t.name)
			+ (SELECT count(*) FROM repositories r JOIN intents i ON i.repository_id = r.id AND i.state = 'open' WHERE r.assignment_id = t.assignment_id AND r.kind = 'own' AND r.owner = t.name)
		FROM teams t WHERE t.assignment_id = ? ORDER BY t.name`, assignment)
	if err != nil || len(all) == 0 {
		return all, err
	}
	seats, err := list(ctx, q, scanMembership, `SELECT m.team, m.login, e.user_id IS NOT NULL FROM seats m JOIN assignments a ON a.id = m.assignment_id JOIN users u ON u.login = m.login
			LEFT JOIN enrolments e ON e.course_id = a.course_id AND e.user_id = u.id AND e.role = 'student' AND e.dropped = 0
		WHERE m.assignment_id = ? AND m.left_at = 0 ORDER BY m.team, m.login`, assignment)
	if err != nil {
		return nil, err
	}
	invited, err := list(ctx, q, scanMembership, `SELECT team, login, 1 FROM invitations WHERE assignment_id = ? ORDER BY team, login`, assignment)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]*schema.Team, len(all))
	for i := range all {
		byName[all[i].Name] = &all[i]
	}
	for _, m := range seats {
		team := byName[m.team]
		team.Members = append(team.Members, m.login)
		if !m.student {
			team.Absent = append(team.Absent, m.login)
		}
	}
	for _, m := range invited {
		team := byName[m.team]
		team.Invited = append(team.Invited, m.login)
	}
	return all, nil
}

func scanTeam(r row) (t schema.Team, err error) {
	t.Members = []string{}
	err = r.Scan(&t.Name, &t.Submissions)
	return t, err
}

// membership is a person in a team, or invited to it.
type membership struct {
	team, login string
	student     bool // is a student of the course now
}

func scanMembership(r row) (m membership, err error) {
	err = r.Scan(&m.team, &m.login, &m.student)
	return m, err
}

// OwnerOf returns the owner of a person's pushes to an assignment: their team, or themselves.
func (s *RosterTables) OwnerOf(ctx context.Context, assignment int64, login string) (string, error) {
	return ownerOf(ctx, s.reader, assignment, login)
}

// TeamsOf returns the teams that a person is in now in a course, by assignment.
func (s *RosterTables) TeamsOf(ctx context.Context, course int64, login string) (map[int64]string, error) {
	all, err := list(ctx, s.reader, scanWork, `SELECT m.assignment_id, m.team FROM seats m JOIN assignments a ON a.id = m.assignment_id
		WHERE m.login = ? AND m.left_at = 0 AND a.course_id = ?`, login, course)
	teams := make(map[int64]string, len(all))
	for _, w := range all {
		teams[w.assignment] = w.owner
	}
	return teams, err
}

func ownerOf(ctx context.Context, q querier, assignment int64, login string) (string, error) {
	return one(ctx, q, value[string], `SELECT coalesce((SELECT team FROM seats WHERE assignment_id = ?1 AND login = ?2 AND left_at = 0), ?2)`, assignment, login)
}

// ownersOf returns the logins of an owner: one person, or the members of a team who are
// students of the course. It also returns the former members, each with the last time they
// left.
func ownersOf(ctx context.Context, q querier, assignment int64, owner string) (logins []string, left map[string]time.Time, err error) {
	isTeam, err := one(ctx, q, value[bool], `SELECT EXISTS (SELECT 1 FROM teams WHERE assignment_id = ? AND name = ?)`, assignment, owner)
	if err != nil || !isTeam {
		return []string{owner}, nil, err
	}
	seats, err := list(ctx, q, scanSeat, `SELECT m.assignment_id, m.team, m.login, m.joined_at, m.left_at, m.tokens, m.mark, e.user_id IS NOT NULL
		FROM seats m JOIN assignments a ON a.id = m.assignment_id JOIN users u ON u.login = m.login
			LEFT JOIN enrolments e ON e.course_id = a.course_id AND e.user_id = u.id AND e.role = 'student' AND e.dropped = 0
		WHERE m.assignment_id = ? AND m.team = ? ORDER BY m.left_at, m.login`, assignment, owner)
	left = make(map[string]time.Time)
	for _, seat := range seats {
		switch {
		case !seat.Left.IsZero():
			left[seat.Login] = seat.Left
		case seat.Student:
			logins = append(logins, seat.Login)
		}
	}
	return logins, left, err
}

// SeatsOf returns the seats that a person has or had in teams of an assignment, oldest first.
func (s *RosterTables) SeatsOf(ctx context.Context, assignment int64, login string) ([]schema.Seat, error) {
	return list(ctx, s.reader, scanSeat, `SELECT m.assignment_id, m.team, m.login, m.joined_at, m.left_at, m.tokens, m.mark, e.user_id IS NOT NULL
		FROM seats m JOIN assignments a ON a.id = m.assignment_id JOIN users u ON u.login = m.login
			LEFT JOIN enrolments e ON e.course_id = a.course_id AND e.user_id = u.id AND e.role = 'student' AND e.dropped = 0
		WHERE m.assignment_id = ? AND m.login = ? ORDER BY m.id`, assignment, login)
}

// Seats returns who is or was in the teams of a course, oldest first.
func (s *RosterTables) Seats(ctx context.Context, courseID int64) ([]schema.Seat, error) {
	return seatsOf(ctx, s.reader, courseID)
}

func seatsOf(ctx context.Context, q querier, courseID int64) ([]schema.Seat, error) {
	return list(ctx, q, scanSeat, `SELECT m.assignment_id, m.team, m.login, m.joined_at, m.left_at, m.tokens, m.mark, e.user_id IS NOT NULL
		FROM assignments a JOIN seats m ON m.assignment_id = a.id JOIN users u ON u.login = m.login
			LEFT JOIN enrolments e ON e.course_id = a.course_id AND e.user_id = u.id AND e.role = 'student' AND e.dropped = 0
		WHERE a.course_id = ? ORDER BY m.id`, courseID)
}

func scanSeat(r row) (m schema.Seat, err error) {
	err = r.Scan(&m.Assignment, &m.Team, &m.Login, instant{&m.Joined}, instant{&m.Left}, &m.Tokens, &m.Mark, &m.Student)
	return m, err
}

// ChangeTeams applies the changes that decide returns for the current teams, in one
// transaction with the audit entry and the new grades.
func (s *RosterTables) ChangeTeams(ctx context.Context, by schema.Actor, r schema.TeamRequest, decide func(course.Teams) ([]schema.TeamChange, error)) (changes []schema.TeamChange, err error) {
	now := s.clock()
	err = s.write(ctx, "change teams", func(t *tx) error {
		facts, err := teamFacts(ctx, t, r, now)
		if err != nil {
			return err
		}
		if changes, err = decide(facts); err != nil {
			return err
		}
		if r.DryRun {
			return errDryRun
		}
		for _, c := range changes {
			if err := changeTeam(ctx, t, by, r.Assignment.ID, c, now); err != nil {
				return err
			}
		}
		return s.teamsChanged(ctx, t, by, r, changes, now)
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return changes, err
}

// teamFacts reads the data that a change of teams depends on.
func teamFacts(ctx context.Context, t *tx, r schema.TeamRequest, now time.Time) (facts course.Teams, err error) {
	facts.Course, facts.Assignment, facts.Zone, facts.Now = r.Assignment.Course.Code, r.Assignment.Name, r.Assignment.Course.Location(), now
	if facts.Teams, err = teams(ctx, t, r.Assignment.ID); err != nil {
		return facts, err
	}
	names, err := encode(r.Names)
	if err != nil {
		return facts, err
	}
	facts.People, err = list(ctx, t, scanRosterPerson, `SELECT u.id, u.login, u.student_id, u.name, u.email,
			e.user_id IS NOT NULL, coalesce(e.role, ''), coalesce(e.section, ''), coalesce(e.dropped, 0)
		FROM users u LEFT JOIN enrolments e ON e.user_id = u.id AND e.course_id = ?1
		WHERE u.id IN (SELECT user_id FROM enrolments WHERE course_id = ?1 UNION SELECT p.id FROM json_each(?2) n JOIN users p ON p.login = n.value)
		ORDER BY u.login`, r.Assignment.Course.ID, names)
	if err != nil {
		return facts, err
	}
	alone, err := list(ctx, t, scanAlone, `SELECT s.owner, count(*) FROM submissions s WHERE s.assignment_id = ? AND s.try_out = 0 GROUP BY s.owner`, r.Assignment.ID)
	facts.Alone = make(map[string]int, len(alone))
	for _, a := range alone {
		facts.Alone[a.owner] = a.count
	}
	return facts, err
}

// alone is the number of submissions of an owner.
type alone struct {
	owner string
	count int
}

func scanAlone(r row) (a alone, err error) {
	err = r.Scan(&a.owner, &a.count)
	return a, err
}

func changeTeam(ctx context.Context, t *tx, by schema.Actor, assignment int64, c schema.TeamChange, now time.Time) (err error) {
	at := micros(now)
	switch c.Kind {
	case schema.TeamCreated:
		_, err = t.exec(ctx, `INSERT INTO teams (assignment_id, name, actor, made_at) VALUES (?, ?, ?, ?)`, assignment, c.Team, by.User.Login, at)
	case schema.TeamJoined:
		_, err = t.exec(ctx, `INSERT INTO seats (assignment_id, team, login, actor, joined_at) VALUES (?, ?, ?, ?, ?)`, assignment, c.Team, c.Login, by.User.Login, at)
	case schema.TeamLeft:
		_, err = t.exec(ctx, `UPDATE seats SET left_at = ?4, mark = coalesce((SELECT number FROM marks WHERE assignment_id = ?1 AND owner = ?2), 0),
				tokens = coalesce((SELECT iif(number > 0, tokens, -1) FROM grades WHERE assignment_id = ?1 AND owner = ?2), -1)
			WHERE assignment_id = ?1 AND team = ?2 AND login = ?3 AND left_at = 0`, assignment, c.Team, c.Login, at)
	case schema.TeamInvited:
		_, err = t.exec(ctx, `INSERT INTO invitations (assignment_id, team, login, actor, made_at) VALUES (?, ?, ?, ?, ?)`, assignment, c.Team, c.Login, by.User.Login, at)
	case schema.TeamUninvited:
		_, err = t.exec(ctx, `DELETE FROM invitations WHERE assignment_id = ? AND team = ? AND login = ?`, assignment, c.Team, c.Login)
	case schema.TeamDeleted:
		err = deleteTeam(ctx, t, assignment, c.Team, at)
	}
	return err
}

// deleteTeam deletes a team without submissions, with its extensions and adjustments, so that
// another team can use its name.
func deleteTeam(ctx context.Context, t *tx, assignment int64, team string, at int64) error {
	for _, text := range []string{
		`UPDATE extensions SET ended_at = ?3 WHERE assignment_id = ?1 AND owner = ?2 AND ended_at = 0`,
		`UPDATE adjustments SET ended_at = ?3 WHERE assignment_id = ?1 AND owner = ?2 AND ended_at = 0`,
	} {
		if _, err := t.exec(ctx, text, assignment, team, at); err != nil {
			return err
		}
	}
	for _, text := range []string{
		`DELETE FROM grades WHERE assignment_id = ? AND owner = ?`,
		`DELETE FROM invitations WHERE assignment_id = ? AND team = ?`,
		`DELETE FROM seats WHERE assignment_id = ? AND team = ?`,
		`DELETE FROM teams WHERE assignment_id = ? AND name = ?`,
	} {
		if _, err := t.exec(ctx, text, assignment, team); err != nil {
			return err
		}
	}
	return nil
}

// teamsChanged updates the grades of the changed teams and writes the audit entry. It also
// queues kept pushes that became valid through a new member's extension.
func (s *RosterTables) teamsChanged(ctx context.Context, t *tx, by schema.Actor, r schema.TeamRequest, changes []schema.TeamChange, now time.Time) error {
	done := slices.DeleteFunc(slices.Clone(changes), func(c schema.TeamChange) bool {
		return c.Kind == schema.TeamUnchanged || c.Kind == schema.TeamRefused
	})
	if len(done) == 0 {
		return nil
	}
	moved := make(map[string]bool)
	for _, c := range done {
		if c.Kind == schema.TeamJoined || c.Kind == schema.TeamLeft {
			moved[c.Team], moved[c.Login] = true, true
		}
	}
	const few = 8 // owners to update one by one
	if len(moved) > few {
		moved = map[string]bool{"": true} // everybody
	}
	for owner := range moved {
		if _, err := s.recompute(ctx, t, r.Assignment.Course.ID, owner, now); err != nil {
			return err
		}
	}
	e := schema.AuditEntry{At: now, Action: "team.change", Course: r.Assignment.Course.Code, Subject: r.Assignment.Path(), After: teamWords(done)}
	if len(done) <= few {
		e.Subject += "/" + done[0].Team
	}
	return t.audit(ctx, by, e)
}

// teamWords describes the changes of an action: "created blue, joined alice", or the number
// of each kind if there are many.
func teamWords(changes []schema.TeamChange) string {
	const most = 12
	var words []string
	counts := make(map[schema.TeamKind]int)
	for _, c := range changes {
		who := c.Login
		if who == "" {
			who = c.Team
		}
		words = append(words, string(c.Kind)+" "+who)
		counts[c.Kind]++
	}
	if len(words) > most {
		words = nil
		for _, kind := range []schema.TeamKind{schema.TeamCreated, schema.TeamJoined, schema.TeamLeft, schema.TeamUninvited} {
			if n := counts[kind]; n > 0 {
				words = append(words, strconv.Itoa(n)+" "+string(kind))
			}
		}
	}
	return strings.Join(words, ", ")
}

// noTeam refuses a login that is also the name of a team of the course, or of any course if
// c is zero, because pushes belong to a name. CodeConflict: there is such a team.
func noTeam(ctx context.Context, t *tx, c schema.Course, login string) error {
	where, err := list(ctx, t, value[string], `SELECT c.code || '/' || a.name FROM teams t JOIN assignments a ON a.id = t.assignment_id JOIN courses c ON c.id = a.course_id
		WHERE t.name = ?1 AND (?2 = 0 OR c.id = ?2) LIMIT 1`, login, c.ID)
	if err != nil || len(where) == 0 {
		return err
	}
	return schema.Errorf(schema.CodeConflict, "%s", course.TeamNameTaken(login, where[0]))
}
