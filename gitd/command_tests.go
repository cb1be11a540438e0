package gitd

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

// testsName parses COURSE/ASSIGNMENT/tests[/N]. It returns false if raw does not name a version of
// tests, and number 0 if N is missing.
func testsName(raw string) (path string, number int, ok bool) {
	parts := strings.Split(strings.TrimPrefix(raw, "/"), "/")
	if len(parts) < 3 || len(parts) > 4 || parts[2] != "tests" {
		return "", 0, false
	}
	if len(parts) == 4 {
		n, err := strconv.Atoi(parts[3])
		if err != nil || n < 1 || strconv.Itoa(n) != parts[3] {
			return "", 0, false
		}
		number = n
	}
	return strings.Join(parts[:3], "/"), number, true
}

// logTests shows the gate of a version of tests again, or lists the versions.
func (s *studentCommands) logTests(ctx context.Context, sess *session, path string, number int, list bool) int {
	t, err := s.find(ctx, sess, path, course.ActionFetch)
	if err != nil {
		return s.failed(sess, "log", err)
	}
	if list && number == 0 {
		return s.listTests(ctx, sess, path, &t)
	}
	version, err := s.Ledger.VersionByNumber(ctx, t.assignment.ID, number)
	if schema.CodeOf(err) == schema.CodeNotFound {
		err = schema.Errorf(schema.CodeNotFound, "there is no version %s of the tests", strings.TrimSuffix(fmt.Sprintf("%s/%d", path, number), "/0"))
	}
	if err != nil {
		return s.failed(sess, "log", err)
	}
	return s.followGate(ctx, viewing{out: sess.printer(sess.out), colour: sess.pty, wait: true}, &version, &t)
}

// listTests lists the versions of tests, newest first.
func (s *studentCommands) listTests(ctx context.Context, sess *session, path string, t *target) int {
	all, err := s.Ledger.Versions(ctx, t.assignment.ID, maxVersions)
	if err != nil {
		return s.failed(sess, "log", err)
	}
	if len(all) == 0 {
		fmt.Fprintf(sess.out, "%s: nothing pushed\n", path)
		return 0
	}
	w := tabwriter.NewWriter(sess.out, 0, 0, 2, ' ', 0)
	for _, v := range all {
		fmt.Fprintf(w, "%s/%d\t%s\t%s\t%s\n", path, v.Number,
			v.ReceivedAt.In(t.zone()).Format("2006-01-02 15:04:05"), transcript.ShortCommit(v.Commit), v.State)
	}
	_ = w.Flush() // ignored: the client may be gone
	return 0
}
