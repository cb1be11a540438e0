package service

import (
	"context"
	"net/http"
	"os"
	"strings"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/github"
	"github.com/grader/grader/outbox"
	"github.com/grader/grader/schema"
)

// gitHub is the link to a GitHub host; nil if none is configured.
type gitHub struct {
	config        *configs.GitHubLink
	hook          http.Handler
	credentials   github.Credentials
	organisations []github.Organisation
}

// startGitHub reads the secrets of the link, once.
func (s *Service) startGitHub(context.Context, *DataDir) error {
	c := s.Config.GitHub
	if c == nil {
		return nil
	}
	is := &gitHub{config: c}
	for name, o := range c.Organisations {
		is.organisations = append(is.organisations, github.Organisation{Name: name, Course: o.Course, Assignments: o.Assignments, Tests: o.Tests})
	}
	secret, err := secretOf("GitHub webhook", c.WebhookSecretFile)
	if err != nil {
		return err
	}
	if is.hook, err = github.NewHook([]byte(secret), is.organisations, s.store, s.now, s.Logger); err != nil {
		return err
	}
	if c.TokenFile != "" {
		token, err := secretOf("GitHub account", c.TokenFile)
		is.credentials = github.Token(token)
		s.github = is
		return err
	}
	key, err := secretOf("GitHub App", c.AppKeyFile)
	if err != nil {
		return err
	}
	app, err := github.NewApp(c.URL, c.AppID, []byte(key), nil, s.now)
	is.credentials = app
	s.github = is
	return err
}

// startMissed starts requesting the announcements that GitHub could not deliver, once the site listens.
func (s *Service) startMissed(ctx context.Context, _ *DataDir) error {
	if s.github == nil {
		return nil
	}
	app, ok := s.github.credentials.(*github.App)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		(&github.Missed{App: app, Received: s.store, Clock: s.now, Logger: s.Logger}).Run(ctx)
	}()
	s.onStop(func(context.Context) error {
		cancel()
		<-done
		return nil
	})
	return nil
}

func secretOf(whose, file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", schema.Wrapf(schema.CodeInvalid, err, "the secret of the %s cannot be read: %s", whose, err)
	}
	if secret := strings.TrimSpace(string(text)); secret != "" {
		return secret, nil
	}
	return "", schema.Errorf(schema.CodeInvalid, "the secret of the %s is empty: write it to %s", whose, file)
}

// gitHubSenders adds the senders of the outbox's entries for GitHub.
func (s *Service) gitHubSenders(senders map[string]outbox.Sender) {
	if s.github == nil {
		return
	}
	link := s.github
	senders[schema.OutgoingGitHubPush] = &github.Pushes{
		Host: link.config.URL, Organisations: link.organisations, Credentials: link.credentials, Classroom: s.classroom.GitHub, Receiver: s.ssh, Statuses: s.store, Order: s.store,
		SignIn: s.gitHubSignIn, Logger: s.Logger,
	}
	senders[schema.OutgoingGitHubStatus] = github.NewStatusSender(github.StatusSender{
		Host: link.config.URL, Credentials: link.credentials, Classroom: s.classroom.GitHub, Told: s.store, Site: s.WebURL, Clock: s.now,
	})
}

// gitHubSignIn returns the path of the page for signing in with the linked GitHub, or "" if sign-in is
// not configured.
func (s *Service) gitHubSignIn() string {
	if in := s.Config.SignIn.GitHub; in != nil && in.URL == s.github.config.URL {
		return "-/login"
	}
	return ""
}
