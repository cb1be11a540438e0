package view

import (
	"fmt"
	"net"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Duration formats a duration for people, with at most two units: "12 ms", "1.2 s", "2 min 5 s", "3
// h 20 min", "4 days".
func Duration(d time.Duration) string {
	switch {
	case d < 0:
		return "0 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second && d%time.Second != 0:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return pair(int(d/time.Minute), "min", int(d%time.Minute/time.Second), "s")
	case d < 48*time.Hour:
		return pair(int(d/time.Hour), "h", int(d%time.Hour/time.Minute), "min")
	}
	return fmt.Sprintf("%d days", int(d/(24*time.Hour)))
}

func pair(n int, unit string, rest int, smaller string) string {
	if rest == 0 {
		return fmt.Sprintf("%d %s", n, unit)
	}
	return fmt.Sprintf("%d %s %d %s", n, unit, rest, smaller)
}

// Relative formats the distance of a time from now: "in 3 days", "20 min ago".
func Relative(t, now time.Time) string {
	d := t.Sub(now)
	switch {
	case d > -time.Minute && d < 0:
		return "just now"
	case d >= 0 && d < time.Minute:
		return "in less than a minute"
	case d > 0:
		return "in " + coarse(d)
	}
	return coarse(-d) + " ago"
}

// coarse formats a duration in one unit, rounded down.
func coarse(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d/time.Minute))
	case d < 48*time.Hour:
		return Count(int(d/time.Hour), "hour")
	}
	if days := int(d / (24 * time.Hour)); days < 730 {
		return Count(days, "day")
	}
	return Count(int(d/(365*24*time.Hour)), "year")
}

// Count formats a number with a noun whose plural ends in s: "1 test", "3 tests".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Sentence turns a message into a sentence with a capital and a full stop.
func Sentence(message string) string {
	if message == "" {
		return ""
	}
	if word, _, _ := strings.Cut(message, " "); !strings.HasSuffix(word, ":") { // a step's name stays as it is
		first, size := utf8.DecodeRuneInString(message)
		message = string(unicode.ToUpper(first)) + message[size:]
	}
	if strings.ContainsAny(message[len(message)-1:], ".!?:") {
		return message
	}
	return message + "."
}

// ShortCommit returns the abbreviated name of a commit.
func ShortCommit(commit string) string {
	if len(commit) > 7 {
		return commit[:7]
	}
	return commit
}

// SSHCommand returns the shell command that runs a command of the SSH server at HOST[:PORT].
func SSHCommand(address, command string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "22" {
		if err == nil {
			address = host
		}
		return "ssh grader@" + address + " " + command
	}
	return "ssh -p " + port + " grader@" + host + " " + command
}

// RepositoryURL returns the URL for git clone: ssh://grader@HOST:PORT/COURSE/ASSIGNMENT.
func RepositoryURL(address, path string) string {
	return "ssh://grader@" + address + "/" + path
}
