package schema

import (
	"errors"
	"fmt"
)

// Code classifies an error for machines. The table in HTTPStatus and ExitStatus
// is the only place where a code becomes a status.
type Code string

// The codes. An error without a code counts as CodeInternal; people do not see its text.
const (
	CodeInvalid         Code = "invalid"         // malformed input: the message says what, where and how to correct it
	CodeNotFound        Code = "not-found"       // it does not exist, or the caller may not know that it does
	CodeUnauthenticated Code = "unauthenticated" // the caller is not authenticated
	CodeForbidden       Code = "forbidden"       // authenticated, but not permitted
	CodeRefused         Code = "refused"         // a rule of the course forbids it: too late, too large, locked
	CodeConflict        Code = "conflict"        // it conflicts with something that exists
	CodeStale           Code = "stale"           // the attempt or session was replaced (fencing)
	CodeLimit           Code = "limit"           // too many, too often
	CodeUnavailable     Code = "unavailable"     // try again later
	CodeInternal        Code = "internal"        // our fault; details are in the log
)

// Error is an error that a person may read. Message is a complete sentence or clause without a
// trailing full stop, safe to show to the caller. Err is the cause, for errors.Is and errors.As; it
// is not shown.
type Error struct {
	Code    Code
	Message string
	Err     error
}

// Errorf returns an Error with the given code. The caller may read all of args, so Errorf does not
// accept %w; use Wrapf to keep a cause.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrapf returns an Error with the given code and cause. The message contains the cause's text only
// if args do.
func Wrapf(code Code, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: cause}
}

// Error returns the message, or the cause if there is no message.
func (e *Error) Error() string {
	if e.Message == "" && e.Err != nil {
		return e.Err.Error()
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of the first Error in err's chain, CodeInternal if there is none, and
// "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// MessageOf returns the text of err for people: its message, or a general sentence for an internal
// error.
func MessageOf(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Code != CodeInternal && e.Message != "" {
		return e.Message
	}
	return "something went wrong on our side; it has been logged"
}

// statuses maps a code to its HTTP status and the exit status of a command
// (1 failed, 2 misuse).
func statuses(code Code) (http, exit int) {
	switch code {
	case "":
		return 200, 0
	case CodeInvalid:
		return 400, 2
	case CodeUnauthenticated:
		return 401, 1
	case CodeForbidden:
		return 403, 1
	case CodeNotFound:
		return 404, 1
	case CodeConflict, CodeStale:
		return 409, 1
	case CodeRefused:
		return 422, 1
	case CodeLimit:
		return 429, 1
	case CodeUnavailable:
		return 503, 1
	default:
		return 500, 1
	}
}

// HTTPStatus returns the HTTP status of err's code.
func HTTPStatus(err error) int {
	status, _ := statuses(CodeOf(err))
	return status
}

// ExitStatus returns the process exit status of err's code: 0 done, 1 failed, 2 misuse.
func ExitStatus(err error) int {
	_, status := statuses(CodeOf(err))
	return status
}
