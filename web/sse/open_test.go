package sse_test

import (
	"context"
	"log/slog"
	"testing"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/web/sse"
)

func TestRevocationEndsMatchingStreams(t *testing.T) {
	t.Parallel()
	session := sse.Reader{User: 7, Key: "SHA256:a", Session: "s1"}
	token := sse.Reader{User: 7, Key: "SHA256:a", Token: 3}
	for name, c := range map[string]struct {
		of              classroom.Revocation
		session, token  bool
		early, otherOne bool // a session's stream that shows nothing yet; a stream of another person
	}{
		"all access":           {classroom.Revocation{User: 7}, true, true, true, false},
		"the session":          {classroom.Revocation{User: 7, Session: "s1"}, true, false, true, false},
		"another session":      {classroom.Revocation{User: 7, Session: "s2"}, false, false, false, false},
		"the token":            {classroom.Revocation{User: 7, Token: 3}, false, true, false, false},
		"another token":        {classroom.Revocation{User: 7, Token: 4}, false, false, false, false},
		"the key":              {classroom.Revocation{User: 7, Key: "SHA256:a"}, true, true, true, false},
		"another key":          {classroom.Revocation{User: 7, Key: "SHA256:b"}, false, false, false, false},
		"the course":           {classroom.Revocation{User: 7, Course: 1}, true, true, true, false},
		"another course":       {classroom.Revocation{User: 7, Course: 2}, false, false, true, false},
		"the work":             {classroom.Revocation{User: 7, Course: 1, Work: "c/a/alice"}, true, true, true, false},
		"another work":         {classroom.Revocation{User: 7, Course: 1, Work: "c/a/bob"}, false, false, true, false},
		"another's everything": {classroom.Revocation{User: 8}, false, false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := sse.NewStreams("streams", slog.New(slog.DiscardHandler))
			ended := map[string]bool{}
			open := func(what string, reader sse.Reader, shows bool) {
				o, err := s.Open(reader, func(error) { ended[what] = true })
				if err != nil {
					t.Fatal(err)
				}
				if shows {
					s.Show(o, 1, "c/a/alice")
				}
			}
			open("session", session, true)
			open("token", token, true)
			open("early", session, false)
			open("other", sse.Reader{User: 8}, true)
			s.Revoke(c.of)
			for what, want := range map[string]bool{"session": c.session, "token": c.token, "early": c.early, "other": c.otherOne} {
				if ended[what] != want {
					t.Errorf("%s ended: %v, want %v", what, ended[what], want)
				}
			}
		})
	}
}

func TestTooManyStreamsOfOnePerson(t *testing.T) {
	t.Parallel()
	s := sse.NewStreams("live pages", slog.New(slog.DiscardHandler))
	end := context.CancelCauseFunc(func(error) {})
	var last *sse.Stream
	for range 24 {
		var err error
		if last, err = s.Open(sse.Reader{User: 7}, end); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Open(sse.Reader{User: 7}, end)
	if schema.CodeOf(err) != schema.CodeLimit || schema.MessageOf(err) != "you have 24 live pages open; close some" {
		t.Errorf("one more: %v", err)
	}
	if _, err := s.Open(sse.Reader{User: 8}, end); err != nil {
		t.Errorf("another person: %v", err)
	}
	s.Close(last)
	if _, err := s.Open(sse.Reader{User: 7}, end); err != nil {
		t.Errorf("after one was closed: %v", err)
	}
}
