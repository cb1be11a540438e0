package gitd

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/classroom/tables"
	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// greet answers a session without a command.
func (s *studentCommands) greet(ctx context.Context, sess *session) int {
	fmt.Fprintf(sess.out, "Hello, %s.\n\n", schema.Sanitize(sess.who.user.DisplayName()))
	if status := s.status(ctx, sess, nil); status != 0 {
		return status
	}
	fmt.Fprintln(sess.out)
	return s.help(ctx, sess, nil)
}

func (s *studentCommands) help(ctx context.Context, sess *session, _ []string) int {
	fmt.Fprintf(sess.out, "Commands, as in: %s status\n", s.reach("grader"))
	w := tabwriter.NewWriter(sess.out, 0, 0, 2, ' ', 0)
	for _, c := range s.commands() {
		fmt.Fprintf(w, "  %s\t%s\n", c.usage(), c.help)
	}
	_ = w.Flush() // write errors do not matter: the client is gone
	s.staffHelp(ctx, sess)
	fmt.Fprintf(sess.out, "Hand in with git:\n  git remote add grader ssh://grader@%s/COURSE/ASSIGNMENT\n  git push grader main\n", s.publicName())
	return 0
}

// explain shows what one command takes and does; for the first word of several commands, and for an
// unknown name, the list of all commands.
func (s *studentCommands) explain(ctx context.Context, sess *session, name string) int {
	for _, c := range s.commands() {
		if c.name == name && name != "help" {
			fmt.Fprintf(sess.out, "%s\n  %s\n", c.usage(), c.help)
			return 0
		}
	}
	return s.help(ctx, sess, nil)
}

// staffHelp lists the commands for staff of any course.
func (s *studentCommands) staffHelp(ctx context.Context, sess *session) {
	role := s.highest(ctx, sess)
	if !role.Staff() {
		return
	}
	fmt.Fprintf(sess.out, "For staff, of any student or team:\n"+
		"  log COURSE/ASSIGNMENT/LOGIN[/N]\n  watch COURSE/ASSIGNMENT/LOGIN[/N]\n  rerun COURSE/ASSIGNMENT/LOGIN/N\n"+
		"  team list COURSE/ASSIGNMENT\n  team create|add|remove|delete COURSE/ASSIGNMENT TEAM [LOGIN…]\n"+
		"  git clone ssh://grader@%[1]s/COURSE/ASSIGNMENT/students/LOGIN\n"+
		"  git fetch ssh://grader@%[1]s/COURSE/ASSIGNMENT/students/LOGIN refs/submissions/N\n"+
		"For staff (NAME --help shows the flags):\n", s.publicName())
	w := tabwriter.NewWriter(sess.out, 0, 0, 2, ' ', 0)
	for _, c := range s.staff.commands() {
		if c.role != schema.RoleInstructor || role == schema.RoleInstructor {
			arguments := strings.Join(strings.Fields(flagPattern.ReplaceAllString(c.usage, "")), " ")
			fmt.Fprintf(w, "  %s %s\t%s\n", c.name, arguments, c.help)
		}
	}
	_ = w.Flush() // write errors do not matter: the client is gone
}

// highest returns the highest role of a person in any course.
func (s *studentCommands) highest(ctx context.Context, sess *session) schema.Role {
	if sess.who.user.Admin {
		return schema.RoleInstructor
	}
	all, err := s.Courses.Enrolments(ctx, sess.who.user.ID)
	if err != nil {
		s.logInternal("list enrolments", err)
	}
	role := schema.Role("")
	for _, e := range all {
		if e.Role == schema.RoleInstructor || e.Role == schema.RoleTA && role != schema.RoleInstructor || role == "" {
			role = e.Role
		}
	}
	return role
}

// status lists the open work of every course, of one course, or of one assignment.
func (s *studentCommands) status(ctx context.Context, sess *session, args []string) int {
	code, name, _ := strings.Cut(strings.Join(args, ""), "/")
	all, err := s.Courses.Enrolments(ctx, sess.who.user.ID)
	if err != nil {
		return s.failed(sess, "status", err)
	}
	found := false
	for _, e := range all {
		if code != "" && e.Course.Code != code {
			continue
		}
		found = true
		if err := s.courseStatus(ctx, sess, e, name); err != nil {
			return s.failed(sess, "status", err)
		}
	}
	switch {
	case !found && code != "":
		return sess.fail(schema.Errorf(schema.CodeNotFound, "%s is unknown, or you are not enrolled", transcript.Truncate(schema.Sanitize(code), 40)))
	case !found:
		fmt.Fprintln(sess.out, "You are enrolled in no course yet.")
	}
	return 0
}

func (s *studentCommands) courseStatus(ctx context.Context, sess *session, e schema.Enrolment, only string) error {
	m := classroom.Member{Actor: sess.actor(), Course: e.Course, Role: e.Role}
	assignments, err := s.Classroom.Work.Assignments(ctx, m)
	if err != nil {
		return err
	}
	if only == "" {
		fmt.Fprintf(sess.out, "%s  %s (%s)\n", e.Course.Code, schema.Sanitize(e.Course.Title), e.Role)
	}
	if err := s.attention(ctx, sess, m); err != nil {
		return err
	}
	shown := 0
	for _, a := range assignments {
		if only != "" && a.Name != only {
			continue
		}
		line, err := s.assignmentStatus(ctx, sess, m, a)
		if err != nil {
			return err
		}
		shown++
		fmt.Fprintln(sess.out, line)
	}
	switch {
	case shown == 0 && only != "":
		return schema.Errorf(schema.CodeNotFound, "there is no assignment %s/%s yet", e.Course.Code, transcript.Truncate(schema.Sanitize(only), 40))
	case shown == 0:
		fmt.Fprintln(sess.out, "  nothing to do yet")
	}
	return nil
}

// attention tells staff which problems a course has.
func (s *studentCommands) attention(ctx context.Context, sess *session, m classroom.Member) error {
	all, err := s.Classroom.Work.Attention(ctx, m)
	if err != nil {
		return err
	}
	for _, words := range all {
		fmt.Fprintf(sess.out, "  ! %s\n", words)
	}
	return nil
}

// assignmentStatus writes the line of one assignment.
func (s *studentCommands) assignmentStatus(ctx context.Context, sess *session, m classroom.Member, a classroom.Assignment) (string, error) {
	v := m.Viewer()
	switch {
	case a.Broken != nil:
		return "", a.Broken
	case a.Spec == nil:
		return fmt.Sprintf("  %-24s no accepted tests yet", a.Path()), nil
	}
	now := s.Clock()
	owner, err := s.Classroom.Work.OwnerOf(ctx, m, a.ID)
	if err != nil {
		return "", err
	}
	stand, err := s.standing(ctx, v, owner, a.Assignment)
	if err != nil {
		return "", err
	}
	terms, err := s.Ledger.Terms(ctx, a.ID, owner, now)
	if err != nil {
		return "", fmt.Errorf("read terms: %w", err)
	}
	timing := terms.Status(now)
	if opens := course.TimingOf(a.Spec, terms.Schedule, now, 0); !opens.Released {
		timing = opens.Words
	}
	line := fmt.Sprintf("  %-24s %s; %s", a.Path(), timing, stand)
	regraded, changed, err := s.Ledger.LastRegrade(ctx, a.ID, owner)
	if err != nil {
		return "", fmt.Errorf("read regrades: %w", err)
	}
	for _, words := range s.teamStatus(ctx, sess, m, a) {
		line += "\n    " + words
	}
	if words := course.RegradeWords(regraded, course.OwnedBy(v, v.Login), a.Course.Location()); changed && words != "" {
		line += "\n    " + words
	}
	own := target{
		path: schema.RepositoryPath{Kind: schema.RepositoryOwn, Course: a.Course.Code, Assignment: a.Name},
		user: sess.who.user, viewer: v, owner: owner, course: a.Course, assignment: a.Assignment, spec: a.Spec,
	}
	if pull := s.newerStarter(ctx, &own); pull != "" {
		line += "\n    the starter was corrected after you began; to merge it:\n    " + pull
	}
	return line, nil
}

// teamStatus writes a student's team and the teams that have invited the student, with the commands
// that answer.
func (s *studentCommands) teamStatus(ctx context.Context, sess *session, m classroom.Member, a classroom.Assignment) []string {
	if a.Spec.Team == nil || m.Viewer().Staff() {
		return nil
	}
	args := classroom.TeamArgs{Course: a.Course.Code, Assignment: a.Name}
	teams, err := s.Classroom.Teams.List(ctx, m.Actor, args)
	if err != nil {
		s.logInternal("list teams", err)
		return nil
	}
	var lines []string
	for _, team := range teams {
		if slices.Contains(team.Members, sess.who.user.Login) {
			lines = append(lines, tables.TeamLine(team))
		} else {
			lines = append(lines, fmt.Sprintf("invited to %s; to join: team accept %s %s", course.TeamWords(team), a.Path(), team.Name))
		}
	}
	return lines
}

// standing returns which submission counts for an owner, or the result of the latest one.
func (s *studentCommands) standing(ctx context.Context, v course.Viewer, owner string, a schema.Assignment) (string, error) {
	grade, err := s.Ledger.Grade(ctx, a.ID, owner)
	if err != nil {
		return "", fmt.Errorf("read grade: %w", err)
	}
	of := ""
	if grade.Of != "" {
		of = " of team " + grade.Of
	}
	access := s.access(ctx, &target{viewer: v, assignment: a}, grade.Counting())
	name := schema.SubmissionName{Course: a.Course.Code, Assignment: a.Name, Owner: grade.Counting(), Number: grade.Number}
	sub, err := s.Ledger.Submission(ctx, name)
	switch {
	case schema.CodeOf(err) == schema.CodeNotFound && v.Staff():
		return "no try-out of yours", nil
	case schema.CodeOf(err) == schema.CodeNotFound:
		return "nothing handed in", nil
	case err != nil:
		return "", fmt.Errorf("read submission: %w", err)
	case grade.Number > 0:
		return fmt.Sprintf("submission %d%s counts: %s%s", sub.Name.Number, of, scoreOf(sub, access), course.Changes(course.RedactGrade(grade, access))), nil
	}
	return fmt.Sprintf("submission %d: %s", sub.Name.Number, scoreOf(sub, access)), nil
}

// scoreOf describes a submission's result in a few words.
func scoreOf(sub schema.GradedSubmission, a course.Access) string {
	if sub.Result == nil {
		return string(sub.Job.State)
	}
	r, hidden := course.Redact(*sub.Result, a)
	score := r.Score.String() + " / " + r.MaxScore.String()
	if hidden.Tests > 0 {
		score += " now; " + course.HiddenWords(hidden)
	}
	if r.Outcome != schema.OutcomeGraded {
		return strings.ReplaceAll(string(r.Outcome), "-", " ") + ", " + score
	}
	return score
}
