package gitd

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// maxLog bounds how many submissions `log` lists.
const maxLog = 50

// named resolves COURSE/ASSIGNMENT[/OWNER][/N] for a person who may see it.
func (s *studentCommands) named(ctx context.Context, sess *session, raw string) (schema.SubmissionName, target, error) {
	name, err := schema.ParseSubmissionName(raw)
	if err != nil {
		return name, target{}, err
	}
	t, err := s.find(ctx, sess, name.Course+"/"+name.Assignment, course.ActionFetch)
	if err != nil {
		return name, t, err
	}
	if name.Owner == "" {
		name.Owner = t.owner
	}
	return name, t, course.MaySee(s.access(ctx, &t, name.Owner), name)
}

// submission returns the named submission, or the latest one if the name has no number.
func (s *studentCommands) submission(ctx context.Context, sess *session, raw string) (schema.GradedSubmission, target, error) {
	name, err := schema.ParseSubmissionName(raw)
	if err != nil {
		return schema.GradedSubmission{}, target{}, err
	}
	seen, err := s.Classroom.Work.Submission(ctx, sess.actor(), name)
	if err != nil {
		return schema.GradedSubmission{}, target{}, err
	}
	sess.course.Store(seen.Member.Course.ID)
	of := seen.Submission.Name
	of.Number = 0
	sess.worksOn(of.String())
	t := target{user: sess.who.user, owner: seen.Submission.Name.Owner, viewer: seen.Member.Viewer(), course: seen.Member.Course, assignment: seen.Assignment.Assignment, spec: seen.Assignment.Spec}
	t.path = schema.RepositoryPath{Kind: schema.RepositoryOwn, Course: name.Course, Assignment: name.Assignment}
	t.shed()
	return seen.Submission, t, nil
}

func (s *studentCommands) log(ctx context.Context, sess *session, args []string) int {
	if path, number, ok := testsName(args[0]); ok {
		return s.logTests(ctx, sess, path, number, true)
	}
	if path, err := schema.ParseRepositoryPath(args[0]); err == nil && path.Kind == schema.RepositoryCourse {
		return s.logCourse(ctx, sess, path.Course)
	}
	name, t, err := s.named(ctx, sess, args[0])
	if err != nil {
		return s.failed(sess, "log", err)
	}
	if name.Number > 0 {
		return s.show(ctx, sess, args[0], true)
	}
	subs, err := s.Ledger.Submissions(ctx, t.assignment.ID, name.Owner, maxLog)
	if err != nil {
		return s.failed(sess, "log", err)
	}
	access := s.access(ctx, &t, name.Owner)
	tries, err := s.tries(ctx, &t, name.Owner, access)
	if err != nil {
		return s.failed(sess, "log", err)
	}
	if len(subs) == 0 {
		fmt.Fprintf(sess.out, "%s: nothing handed in\n%s", name, tries)
		return 0
	}
	comments, err := s.Classroom.Comments.OnWork(ctx, access, t.assignment, name.Owner)
	if err != nil {
		return s.failed(sess, "log", err)
	}
	w := tabwriter.NewWriter(sess.out, 0, 0, 2, ' ', 0)
	for _, sub := range subs {
		kind := ""
		if sub.TryOut {
			kind = "try-out"
		}
		if n := len(comments[sub.Name.Number]); n > 0 {
			kind = strings.TrimPrefix(kind+", "+schema.Count(n, "comment"), ", ")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", sub.Name, sub.ReceivedAt.In(t.zone()).Format("2006-01-02 15:04:05"), transcript.ShortCommit(sub.Commit), scoreOf(sub, access), kind)
	}
	_ = w.Flush() // write errors do not matter: the client is gone
	fmt.Fprint(sess.out, tries)
	return 0
}

func (s *studentCommands) watch(ctx context.Context, sess *session, args []string) int {
	if path, number, ok := testsName(args[0]); ok {
		return s.logTests(ctx, sess, path, number, false)
	}
	return s.show(ctx, sess, args[0], false)
}

// show writes the lines of a submission, live while it is graded. With verbose it writes a line for
// each case and the comments after it.
func (s *studentCommands) show(ctx context.Context, sess *session, name string, verbose bool) int {
	sub, t, err := s.submission(ctx, sess, name)
	if err != nil {
		return s.failed(sess, "show a submission", err)
	}
	v := viewing{out: sess.printer(sess.out), colour: sess.pty, verbose: verbose, wait: true}
	status := s.follow(ctx, v, &recorded{submission: sub.Submission, job: sub.Job}, &t)
	if verbose {
		s.showComments(ctx, sess, sub.Name)
	}
	return status
}

// receipt writes the signed receipt of a submission.
func (s *studentCommands) receipt(ctx context.Context, sess *session, args []string) int {
	name, err := schema.ParseSubmissionName(args[0])
	if err != nil {
		return sess.fail(err)
	}
	text, err := s.Classroom.Receipts.Text(ctx, sess.actor(), name)
	if err != nil {
		return s.failed(sess, "receipt", err)
	}
	fmt.Fprint(sess.out, text)
	return 0
}

// receiptKey writes the public key that checks receipts.
func (s *studentCommands) receiptKey(_ context.Context, sess *session, _ []string) int {
	text, err := s.Classroom.Receipts.PublicKey()
	if err != nil {
		return sess.fail(err)
	}
	fmt.Fprint(sess.out, text)
	return 0
}

// mark makes a submission the one that counts for its owner.
func (s *studentCommands) mark(ctx context.Context, sess *session, args []string) int {
	name, err := schema.ParseSubmissionName(args[0])
	if err == nil && name.Number == 0 {
		err = schema.Errorf(schema.CodeInvalid, "use: mark COURSE/ASSIGNMENT/N, with the submission's number")
	}
	if err != nil {
		return sess.fail(err)
	}
	sub, err := s.Classroom.Grades.Mark(ctx, sess.actor(), name)
	if err != nil {
		return s.failed(sess, "mark", err)
	}
	fmt.Fprintf(sess.out, "%s counts now\n", sub.Name)
	return 0
}

func (s *studentCommands) rerun(ctx context.Context, sess *session, args []string) int {
	name, err := schema.ParseSubmissionName(args[0])
	if err == nil && name.Number == 0 {
		err = schema.Errorf(schema.CodeInvalid, "use: rerun COURSE/ASSIGNMENT/N, with the submission's number")
	}
	if err != nil {
		return sess.fail(err)
	}
	sub, _, err := s.submission(ctx, sess, args[0])
	if err != nil {
		return s.failed(sess, "rerun", err)
	}
	if _, err := s.Classroom.Work.Rerun(ctx, sess.actor(), sub.ID); err != nil {
		return s.failed(sess, "rerun", err)
	}
	fmt.Fprintf(sess.out, "%s is graded again; see: watch %s\n", sub.Name, sub.Name)
	return 0
}
