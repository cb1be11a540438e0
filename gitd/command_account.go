package gitd

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

const (
	maxKey    = 64 << 10 // bytes of a public key on standard input
	inputTime = 30 * time.Second
)

// join binds the key that was just proved to the account that a one-time code names.
func (s *studentCommands) join(ctx context.Context, sess *session, args []string) int {
	if len(args) != 1 {
		return sess.fail(schema.Errorf(schema.CodeInvalid, "use: %s CODE, with the one-time code that you were given", s.reach(joinUser)))
	}
	user, err := s.Classroom.Accounts.Join(ctx, sess.actor(), args[0], sess.who.public)
	if err != nil {
		s.logInternal("redeem code", err)
		return sess.fail(err)
	}
	fmt.Fprintf(sess.out, "Welcome, %s. The key %s is yours now.\nTry: %s\n",
		schema.Sanitize(user.DisplayName()), sess.who.fingerprint, s.reach("grader"))
	return 0
}

func (s *studentCommands) whoami(_ context.Context, sess *session, _ []string) int {
	u := sess.who.user
	fmt.Fprintf(sess.out, "login  %s\nname   %s\nkey    %s\n", u.Login, schema.Sanitize(u.DisplayName()), sess.who.fingerprint)
	if u.Admin {
		fmt.Fprintln(sess.out, "admin  yes")
	}
	return 0
}

func (s *studentCommands) login(ctx context.Context, sess *session, _ []string) int {
	if s.page("login") == "" {
		return sess.fail(schema.Errorf(schema.CodeUnavailable, "this server has no web site"))
	}
	link, err := s.Classroom.Accounts.SignInLink(ctx, sess.actor(), "")
	if err != nil {
		s.logInternal("make login link", err)
		return sess.fail(err)
	}
	fmt.Fprintf(sess.out, "%s\n", s.page(link.Path()))
	fmt.Fprintf(sess.err, "Open it in your browser within %d minutes; it works once, and signs in as you.\n", int(classroom.LinkLife.Minutes()))
	return 0
}

func (s *studentCommands) keys(ctx context.Context, sess *session, args []string) int {
	if len(args) == 0 {
		args = []string{"list"}
	}
	var err error
	switch verb, rest := args[0], args[1:]; {
	case verb == "list" && len(rest) == 0:
		err = s.listKeys(ctx, sess)
	case verb == "add":
		err = s.addKey(ctx, sess, rest)
	case verb == "expire" && len(rest) == 2:
		err = s.expireKey(ctx, sess, rest[0], rest[1])
	case verb == "remove" && len(rest) == 1:
		err = s.removeKey(ctx, sess, rest[0])
	default:
		err = schema.Errorf(schema.CodeInvalid, "use: keys [list | add [KEY] | expire FINGERPRINT DAY | remove FINGERPRINT]")
	}
	if err != nil {
		s.logInternal("keys", err)
		return sess.fail(err)
	}
	return 0
}

func (s *studentCommands) listKeys(ctx context.Context, sess *session) error {
	keys, err := s.Classroom.Accounts.Keys(ctx, sess.actor(), "")
	if err != nil {
		return fmt.Errorf("list keys: %w", err)
	}
	w := tabwriter.NewWriter(sess.out, 0, 0, 2, ' ', 0)
	for _, k := range keys {
		state, used := "pending", "never used"
		if k.Active {
			state = "active"
		}
		if !k.UsedAt.IsZero() {
			used = "used " + k.UsedAt.UTC().Format("2006-01-02 15:04 UTC")
		}
		if k.Fingerprint == sess.who.fingerprint {
			used = "in use now"
		}
		if words := schema.ExpiryWords(k); words != "" {
			used += ", " + words
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.Fingerprint, state, used, transcript.Truncate(transcript.OneLine(k.Comment), 40))
	}
	return w.Flush()
}

// addKey adds a key from the arguments or from standard input. The key is pending until its owner
// proves it and sends the one-time code that addKey prints.
func (s *studentCommands) addKey(ctx context.Context, sess *session, args []string) error {
	text := strings.Join(args, " ")
	if text == "" {
		var err error
		if text, err = sess.input(ctx, maxKey, "the public key: ssh … keys add < ~/.ssh/other.pub"); err != nil {
			return err
		}
	}
	added, err := s.Classroom.Accounts.OfferKey(ctx, sess.actor(), text)
	if err != nil {
		return fmt.Errorf("add key: %w", err)
	}
	fmt.Fprintf(sess.out, "added %s, pending\nProve it within %d days, with that key; the code is for no other:\n    %s %s\n",
		added.Key.Fingerprint, int(classroom.CodeLife.Hours()/24), s.reach(joinUser), added.Code)
	return nil
}

// expireKey sets the last day on which a key is valid.
func (s *studentCommands) expireKey(ctx context.Context, sess *session, fingerprint, day string) error {
	key, err := s.Classroom.Accounts.ExpireKey(ctx, sess.actor(), "", fingerprint, day)
	if err != nil {
		return fmt.Errorf("expire key: %w", err)
	}
	fmt.Fprintf(sess.out, "%s %s\n", key.Fingerprint, cmp.Or(schema.ExpiryWords(key), "does not expire"))
	return nil
}

func (s *studentCommands) removeKey(ctx context.Context, sess *session, fingerprint string) error {
	removed, err := s.Classroom.Accounts.RemoveKey(ctx, sess.actor(), "", fingerprint)
	if err != nil {
		return fmt.Errorf("remove key: %w", err)
	}
	fmt.Fprintf(sess.out, "removed %s, with its open connections, %s\n", removed.Key.Fingerprint, removed.Ended.Words())
	for _, k := range removed.Added {
		fmt.Fprintf(sess.out, "%s was added by it and stays; if it is not yours: keys remove %s\n", k.Fingerprint, k.Fingerprint)
	}
	return nil
}

// input reads standard input to its end, with a limit on size and time. what tells the person what
// to send and how.
func (sess *session) input(ctx context.Context, limit int64, what string) (string, error) {
	missing := schema.Errorf(schema.CodeInvalid, "send %s", what)
	if sess.pty {
		return "", missing
	}
	var text bytes.Buffer
	done := make(chan error, 1)
	sess.readers.Go(func() {
		_, err := io.Copy(&text, io.LimitReader(sess.channel, limit+1))
		done <- err
	})
	timeout := time.NewTimer(inputTime)
	defer timeout.Stop()
	select {
	case err := <-done:
		if int64(text.Len()) > limit {
			return "", schema.Errorf(schema.CodeLimit, "more than %d KiB were sent", limit>>10)
		}
		return text.String(), err
	case <-timeout.C:
		return "", missing
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
