package gitd

import (
	"os"
	"testing"
)

// TestReach checks the commands that people copy. They contain neither a wildcard address nor port
// 22.
func TestReach(t *testing.T) {
	t.Parallel()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"127.0.0.1:40022":         "127.0.0.1:40022",
		"[::1]:2222":              "[::1]:2222",
		"[::]:2222":               host + ":2222",
		"0.0.0.0:2222":            host + ":2222",
		"grader.example.edu:2222": "grader.example.edu:2222",
		"grader.example.edu":      "grader.example.edu",
	} {
		if got := Reachable(address); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
	for name, want := range map[string]string{
		"grader.example.edu":      "ssh join@grader.example.edu",
		"grader.example.edu:22":   "ssh join@grader.example.edu",
		"grader.example.edu:2222": "ssh -p 2222 join@grader.example.edu",
		"[::1]:2222":              "ssh -p 2222 join@::1",
	} {
		if got := (&services{publicName: func() string { return name }}).reach("join"); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
