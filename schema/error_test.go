package schema_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/grader/grader/schema"
)

func TestCausesAreNotShown(t *testing.T) {
	t.Parallel()
	const ours = "something went wrong on our side; it has been logged"
	cases := map[string]struct {
		err     error
		code    schema.Code
		message string
	}{
		"a foreign error":             {io.ErrUnexpectedEOF, schema.CodeInternal, ours},
		"an internal error":           {schema.Wrapf(schema.CodeInternal, io.EOF, "table users"), schema.CodeInternal, ours},
		"a wrapped refusal":           {fmt.Errorf("open push: %w", schema.Errorf(schema.CodeRefused, "too late")), schema.CodeRefused, "too late"},
		"a refusal with a cause":      {schema.Wrapf(schema.CodeLimit, errors.New("table users"), "slow down"), schema.CodeLimit, "slow down"},
		"a refusal without a message": {&schema.Error{Code: schema.CodeLimit, Err: errors.New("table users")}, schema.CodeLimit, ours},
	}
	for name, c := range cases {
		if schema.CodeOf(c.err) != c.code || schema.MessageOf(c.err) != c.message {
			t.Errorf("%s: code %q, message %q", name, schema.CodeOf(c.err), schema.MessageOf(c.err))
		}
	}
	if err := schema.Wrapf(schema.CodeInvalid, io.EOF, "read"); !errors.Is(err, io.EOF) || err.Error() != "read" {
		t.Error("the cause is lost")
	}
	if schema.CodeOf(nil) != "" {
		t.Error("no error has a code")
	}
}

func TestEveryCodeHasItsStatuses(t *testing.T) {
	t.Parallel()
	table := map[schema.Code][2]int{
		schema.CodeInvalid: {400, 2}, schema.CodeUnauthenticated: {401, 1}, schema.CodeForbidden: {403, 1}, schema.CodeNotFound: {404, 1},
		schema.CodeConflict: {409, 1}, schema.CodeStale: {409, 1}, schema.CodeRefused: {422, 1}, schema.CodeLimit: {429, 1},
		schema.CodeUnavailable: {503, 1}, schema.CodeInternal: {500, 1}, "of the future": {500, 1},
	}
	for code, want := range table {
		err := schema.Errorf(code, "x")
		if got := [2]int{schema.HTTPStatus(err), schema.ExitStatus(err)}; got != want {
			t.Errorf("%s: %v", code, got)
		}
	}
	if schema.HTTPStatus(nil) != 200 || schema.ExitStatus(nil) != 0 {
		t.Error("no error is no success")
	}
}
