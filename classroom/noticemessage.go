package classroom

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

const (
	// maxTitle is the maximum length of an assignment's title in a notice, in characters.
	maxTitle = 100
	// maxPoolReason is the maximum length of the reason of a pool's failure, in characters.
	maxPoolReason = 300
)

// Message composes the text of a notice from what its reader may see now. dropped says for the log
// why there is nothing to send any more: the destination was removed, its person has switched the
// topic off or may not see the subject, or the change was undone.
func (n *Notices) Message(ctx context.Context, is schema.Notice) (m schema.NoticeMessage, dropped string, err error) {
	to, user, err := n.store.NoticeDestination(ctx, is.Destination)
	if err != nil {
		return nothing(err)
	}
	m = schema.NoticeMessage{To: to, Topic: is.Topic}
	if dropped = n.unwanted(to, user, is.Topic); dropped != "" {
		return m, dropped, nil
	}
	if is.Topic == schema.NoticeConfirm {
		return confirmation(m, user, is.Code), "", nil
	}
	compose := map[schema.NoticeTopic]func(context.Context, *schema.NoticeMessage, schema.Actor, schema.Notice) error{
		schema.NoticeVerdict: n.verdict, schema.NoticeRegraded: n.regraded, schema.NoticeExtension: n.extension,
		schema.NoticeTests: n.brokenTests, schema.NoticePool: n.failingPool,
	}[is.Topic]
	if compose == nil {
		return m, "", schema.Errorf(schema.CodeInvalid, "this server does not know notices about %q", is.Topic)
	}
	if err := compose(ctx, &m, schema.Actor{User: user}, is); err != nil {
		return nothing(err)
	}
	return m, "", nil
}

// unwanted returns why a destination gets no notice of a topic, or "" if it does.
func (n *Notices) unwanted(to schema.NoticeDestination, user schema.User, topic schema.NoticeTopic) string {
	confirms := topic == schema.NoticeConfirm
	switch {
	case user.Disabled:
		return "the account is disabled"
	case confirms && to.Confirmed():
		return "the address is confirmed already"
	case confirms && !n.clock().Before(course.ConfirmationEnd(to)):
		return "the code has expired"
	case !confirms && !to.Confirmed():
		return "the address is not confirmed"
	case !confirms && !slices.Contains(to.Topics, topic):
		return fmt.Sprintf("its person has switched off the topic %s at this address", topic)
	}
	return ""
}

// nothing returns the error as the reason why a message is dropped, if it says that the subject is
// gone or hidden from the reader.
func nothing(err error) (schema.NoticeMessage, string, error) {
	switch schema.CodeOf(err) {
	case schema.CodeNotFound, schema.CodeForbidden, schema.CodeRefused:
		return schema.NoticeMessage{}, err.Error(), nil
	}
	return schema.NoticeMessage{}, "", err
}

// confirmation returns the message with the code that confirms a destination.
func confirmation(m schema.NoticeMessage, user schema.User, code string) schema.NoticeMessage {
	m.Subject = "confirm this address for notices"
	m.Code, m.Page = code, "/-/notifications/confirm?code="+code
	m.Text = []string{
		fmt.Sprintf("%s asked for grading notices at this address.", user.Login),
		"To confirm the address, open the page below, or over ssh: notify confirm " + code,
		fmt.Sprintf("The code is valid until %s. If this was not you, ignore this message.", course.ConfirmationEnd(m.To).UTC().Format("2006-01-02 15:04 MST")),
	}
	return m
}

// verdict writes that a submission was graded, with the score that its reader sees.
func (n *Notices) verdict(ctx context.Context, m *schema.NoticeMessage, by schema.Actor, is schema.Notice) error {
	report, err := n.work.Report(ctx, by, is.Submission)
	if err != nil {
		return err
	}
	m.Submission, m.Page = report.Name, "/"+report.Name
	m.Assignment = is.Submission.Course + "/" + is.Submission.Assignment
	m.Subject = fmt.Sprintf("%s: submission %d was graded", m.Assignment, is.Submission.Number)
	waited := is.Waited.Round(time.Minute)
	switch report.State {
	case schema.StateDone:
		m.Text = append(m.Text, fmt.Sprintf("Submission %s was graded after %s.", report.Name, minutes(waited)))
	case schema.StateFailed:
		m.Subject = fmt.Sprintf("%s: submission %d could not be graded", m.Assignment, is.Submission.Number)
		m.Text = append(m.Text, fmt.Sprintf("Submission %s could not be graded: the machines failed, and nothing was charged.", report.Name))
		return nil
	default: // the submission is being graded again
		return schema.Errorf(schema.CodeNotFound, "the verdict was withdrawn")
	}
	switch report.Outcome {
	case schema.OutcomeCompileError:
		m.Text = append(m.Text, "It does not compile.")
	case schema.OutcomeGraderError:
		m.Text = append(m.Text, "The tests failed, not the submission.")
	case schema.OutcomeInfrastructureError:
		m.Text = append(m.Text, "Error: "+report.Message+".")
	default:
		m.Text = append(m.Text, fmt.Sprintf("Score: %s of %s.", report.Score, report.MaxScore))
	}
	if report.Hidden != nil {
		m.Text = append(m.Text, fmt.Sprintf("%s will be shown later.", schema.Count(report.Hidden.Tests, "test")))
	}
	return nil
}

// minutes formats a duration for people: "42 minutes", "2 hours and 5 minutes".
func minutes(d time.Duration) string {
	hours, rest := int(d/time.Hour), int(d%time.Hour/time.Minute)
	switch {
	case hours == 0:
		return schema.Count(rest, "minute")
	case rest == 0:
		return schema.Count(hours, "hour")
	}
	return schema.Count(hours, "hour") + " and " + schema.Count(rest, "minute")
}

// about finds the assignment of a notice, if its reader may see it, and names it in the message.
func (n *Notices) about(ctx context.Context, m *schema.NoticeMessage, by schema.Actor, path string) (Member, Assignment, error) {
	code, name, _ := strings.Cut(path, "/")
	who, err := n.work.Member(ctx, by, code)
	if err != nil {
		return who, Assignment{}, err
	}
	a, err := n.work.Assignment(ctx, who, name)
	m.Assignment, m.Page = path, "/"+path
	if err == nil && a.Spec != nil {
		m.Text = append(m.Text, fmt.Sprintf("%s: %s", path, schema.OneLine(a.Spec.Title, maxTitle)))
	}
	return who, a, err
}

// regraded writes that a regrade changed a score, with the score that its reader sees now.
func (n *Notices) regraded(ctx context.Context, m *schema.NoticeMessage, by schema.Actor, is schema.Notice) error {
	who, a, err := n.about(ctx, m, by, is.Assignment)
	if err != nil {
		return err
	}
	grades, err := n.grades.List(ctx, by, who.Course.Code, by.User.Login)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(grades, func(g schema.Grade) bool { return g.AssignmentID == a.ID && g.Owner == is.Owner })
	if i < 0 {
		return schema.Errorf(schema.CodeNotFound, "%s has no grade for %s", by.User.Login, is.Assignment)
	}
	m.Subject = is.Assignment + ": your score has changed"
	m.Text = append(m.Text, "The staff graded submissions again, and your score has changed.", fmt.Sprintf("It is now %s of %s.", grades[i].Final, grades[i].MaxScore))
	if grades[i].Number > 0 {
		m.Submission = schema.SubmissionName{Course: who.Course.Code, Assignment: a.Name, Owner: grades[i].Counting(), Number: grades[i].Number}.String()
		m.Page = "/" + m.Submission
	}
	return nil
}

// extension writes that an extension was granted to the reader or to their team, with the current
// due date of their pushes.
func (n *Notices) extension(ctx context.Context, m *schema.NoticeMessage, by schema.Actor, is schema.Notice) error {
	who, a, err := n.about(ctx, m, by, is.Assignment)
	if err != nil {
		return err
	}
	owner, err := n.work.OwnerOf(ctx, who, a.ID)
	if err != nil {
		return err
	}
	access, err := n.work.Access(ctx, who.Viewer(), a.ID, owner)
	if err != nil {
		return err
	}
	all, err := n.store.Extensions(ctx, a.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(e schema.GrantedExtension) bool {
		return e.ID == is.Extension && (e.Owner == owner || slices.Contains(access.Owner.Logins, e.Owner))
	}) {
		return schema.Errorf(schema.CodeNotFound, "extension %d has ended, or is not of %s any more", is.Extension, owner)
	}
	terms, err := n.grades.terms(ctx, a.ID, owner)
	if err != nil {
		return err
	}
	m.Subject = is.Assignment + ": you have an extension"
	m.Text = append(m.Text, fmt.Sprintf("You have an extension. It is now due %s (%s).", terms.Schedule.Due().In(who.Course.Location()).Format("2006-01-02 15:04"), who.Course.Zone))
	return nil
}

// brokenTests writes to the staff that tests do not work, unless other tests are active now.
func (n *Notices) brokenTests(ctx context.Context, m *schema.NoticeMessage, by schema.Actor, is schema.Notice) error {
	who, a, err := n.about(ctx, m, by, is.Assignment)
	if err != nil {
		return err
	}
	if v := a.Active; v != nil && (v.Number > is.Version || is.Failing && v.Number != is.Version) {
		return schema.Errorf(schema.CodeNotFound, "version %d of the tests is active now", v.Number)
	}
	if !course.GetsTestNotices(who.Viewer()) {
		return schema.Errorf(schema.CodeForbidden, "only the staff of the course gets notices about its tests")
	}
	m.Page = "/" + is.Assignment + "/-/tests"
	if is.Failing {
		m.Subject = fmt.Sprintf("%s: the tests fail on submissions", is.Assignment)
		m.Text = append(m.Text, fmt.Sprintf("Version %d of the tests, which is active, could not grade the work of %d students or teams.", is.Version, course.ManyOwners),
			"Look at the failures, push tests that work, and run the submissions again.")
		return nil
	}
	m.Subject = fmt.Sprintf("%s: version %d of the tests did not pass its gate", is.Assignment, is.Version)
	m.Text = append(m.Text, fmt.Sprintf("Version %d of the tests did not pass its gate. Its page says why.", is.Version))
	return nil
}

// failingPool writes to administrators and to the staff of a course that runners of a flavour
// cannot start.
func (n *Notices) failingPool(ctx context.Context, m *schema.NoticeMessage, by schema.Actor, is schema.Notice) error {
	enrolments, err := n.store.Enrolments(ctx, by.User.ID)
	if err != nil {
		return err
	}
	if !course.GetsPoolNotices(by.User, enrolments, is.Flavour) {
		return schema.Errorf(schema.CodeForbidden, "only administrators and the staff of courses that use the flavour %s get notices about its pool", is.Flavour)
	}
	fails, err := n.store.PoolFails(ctx, is.Flavour)
	if err != nil {
		return err
	}
	if !fails {
		return schema.Errorf(schema.CodeNotFound, "runners of the flavour %s can start again", is.Flavour)
	}
	m.Flavour, m.Page = is.Flavour, "/-/queue"
	m.Subject = fmt.Sprintf("runners of the flavour %s cannot start", is.Flavour)
	m.Text = []string{fmt.Sprintf("Runners of the flavour %s cannot start, so pushes wait.", is.Flavour), "Reason: " + schema.OneLine(is.Why, maxPoolReason)}
	return nil
}
