package gitd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	gossh "golang.org/x/crypto/ssh"

	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/schema"
)

const (
	codeLife  = 24 * time.Hour
	loginLife = 5 * time.Minute
	maxKey    = 16 << 10 // bytes of a public key on standard input
	keyTime   = 30 * time.Second
)

// join binds the key that was just proved to the account that a one-time code names.
func (s *Server) join(ctx context.Context, sess *session, args []string) int {
	if len(args) != 1 {
		return sess.fail(schema.Errorf(schema.CodeInvalid, "use: %s CODE, with the one-time code that you were given", s.reach(joinUser)))
	}
	now := s.Clock()
	key := schema.Key{Fingerprint: sess.who.fingerprint, Public: sess.who.public, Active: true, AddedAt: now}
	user, err := s.Accounts.RedeemCode(ctx, args[0], key, now)
	if err != nil {
		s.logInternal("redeem code", err)
		return sess.fail(err)
	}
	fmt.Fprintf(sess.out, "Welcome, %s. The key %s is yours now.\nTry: %s\n",
		schema.Sanitize(user.DisplayName()), sess.who.fingerprint, s.reach("grader"))
	return 0
}

func (s *Server) whoami(_ context.Context, sess *session, _ []string) int {
	u := sess.who.user
	fmt.Fprintf(sess.out, "login  %s\nname   %s\nkey    %s\n", u.Login, schema.Sanitize(u.DisplayName()), sess.who.fingerprint)
	if u.Admin {
		fmt.Fprintln(sess.out, "admin  yes")
	}
	return 0
}

func (s *Server) login(ctx context.Context, sess *session, _ []string) int {
	if s.page("login") == "" {
		return sess.fail(schema.Errorf(schema.CodeUnavailable, "this server has no web site"))
	}
	token, err := s.Accounts.NewLoginToken(ctx, sess.who.user.ID, s.Clock().Add(loginLife))
	if err != nil {
		s.logInternal("make login link", err)
		return sess.fail(err)
	}
	fmt.Fprintf(sess.out, "%s\n", s.page("login/"+token))
	fmt.Fprintf(sess.err, "Open it in your browser within %d minutes; it works once, and signs in as you.\n", int(loginLife.Minutes()))
	return 0
}

func (s *Server) keys(ctx context.Context, sess *session, args []string) int {
	if len(args) == 0 {
		args = []string{"list"}
	}
	var err error
	switch verb, rest := args[0], args[1:]; {
	case verb == "list" && len(rest) == 0:
		err = s.listKeys(ctx, sess)
	case verb == "add":
		err = s.addKey(ctx, sess, rest)
	case verb == "remove" && len(rest) == 1:
		err = s.removeKey(ctx, sess, rest[0])
	default:
		err = schema.Errorf(schema.CodeInvalid, "use: keys [list | add [KEY] | remove FINGERPRINT]")
	}
	if err != nil {
		s.logInternal("keys", err)
		return sess.fail(err)
	}
	return 0
}

func (s *Server) listKeys(ctx context.Context, sess *session) error {
	keys, err := s.Accounts.Keys(ctx, sess.who.user.ID)
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
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.Fingerprint, state, used, transcript.Clip(transcript.OneLine(k.Comment), 40))
	}
	return w.Flush()
}

// addKey adds a key from the arguments or from standard input. It is pending: it
// binds when it proves itself and brings the one-time code that is printed here.
func (s *Server) addKey(ctx context.Context, sess *session, args []string) error {
	text := strings.Join(args, " ")
	if text == "" {
		if sess.pty {
			return schema.Errorf(schema.CodeInvalid, "send the public key: ssh … keys add < ~/.ssh/other.pub")
		}
		var err error
		if text, err = sess.input(ctx); err != nil {
			return err
		}
	}
	public, comment, _, _, err := gossh.ParseAuthorizedKey([]byte(text))
	if _, certificate := public.(*gossh.Certificate); err != nil || certificate {
		return schema.Errorf(schema.CodeInvalid, "that is no public key; send the one line of a file like ~/.ssh/id_ed25519.pub")
	}
	now := s.Clock()
	key := schema.Key{
		UserID: sess.who.user.ID, Fingerprint: gossh.FingerprintSHA256(public), AddedAt: now,
		Public: strings.TrimSpace(string(gossh.MarshalAuthorizedKey(public))), Comment: transcript.Clip(transcript.OneLine(comment), 100),
	}
	if err := s.Accounts.AddKey(ctx, key); err != nil {
		return fmt.Errorf("add key: %w", err)
	}
	code, err := s.Accounts.NewCode(ctx, sess.who.user.ID, now.Add(codeLife))
	if err != nil {
		return fmt.Errorf("make code: %w", err)
	}
	fmt.Fprintf(sess.out, "added %s, pending\nProve it within a day, with that key:\n    %s %s\n", key.Fingerprint, s.reach(joinUser), code)
	return nil
}

func (s *Server) removeKey(ctx context.Context, sess *session, fingerprint string) error {
	if err := s.Accounts.RemoveKey(ctx, sess.who.user.ID, fingerprint); err != nil {
		return fmt.Errorf("remove key: %w", err)
	}
	fmt.Fprintf(sess.out, "removed %s\n", schema.Sanitize(fingerprint))
	return nil
}

// input reads standard input to its end, capped in size and time.
func (sess *session) input(ctx context.Context) (string, error) {
	var text bytes.Buffer
	done := make(chan error, 1)
	sess.readers.Go(func() {
		_, err := io.Copy(&text, io.LimitReader(sess.channel, maxKey))
		done <- err
	})
	timeout := time.NewTimer(keyTime)
	defer timeout.Stop()
	select {
	case err := <-done:
		return text.String(), err
	case <-timeout.C:
		return "", schema.Errorf(schema.CodeInvalid, "send the public key: ssh … keys add < ~/.ssh/other.pub")
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
