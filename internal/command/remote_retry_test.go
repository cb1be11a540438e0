package command

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// TestServerCutsConnection runs a command on servers that cut the connection before or during their
// answer. The command sends the request once more, with the same key, and waits while the server
// still runs it. Every command has a key of its own.
func TestServerCutsConnection(t *testing.T) {
	t.Parallel()
	const running = `{"code": "conflict", "detail": "still running"}`
	var mu sync.Mutex
	var keys []string
	for name, c := range map[string]struct {
		answers []string // "cut", "half", or a status and a body
		status  int
		says    string
		sent    int
	}{
		"an answer":                   {[]string{"200 []"}, 0, "", 1},
		"cut once":                    {[]string{"cut", "200 []"}, 0, "", 2},
		"cut in the answer":           {[]string{"half", "200 []"}, 0, "", 2},
		"cut, and still running":      {[]string{"cut", "409 " + running, "409 " + running, "200 []"}, 0, "", 4},
		"cut, and refused":            {[]string{"cut", `422 {"code": "refused", "detail": "no"}`}, 1, "no", 2},
		"cut, and the answer is gone": {[]string{"cut", `gone {"code": "conflict", "detail": "look at the result"}`}, 1, "look at the result", 2},
		"cut twice":                   {[]string{"cut", "cut"}, 1, "look whether it was done", 2},
		"refused":                     {[]string{"409 " + running}, 1, "still running", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body)
				sent = append(sent, r.Header.Get("Idempotency-Key"))
				answerOrCut(w, c.answers[min(len(sent), len(c.answers))-1])
			}))
			t.Cleanup(server.Close)
			server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
			status, _, problem := runCommand(t, "--server", server.URL, "--token", "grader_X", "admin", "user", "list")
			if status != c.status || !strings.Contains(problem, c.says) || len(sent) != c.sent {
				t.Errorf("status %d, sent %d times, said %q; want %d, %d, %q", status, len(sent), problem, c.status, c.sent, c.says)
			}
			if keys := slices.Compact(slices.Clone(sent)); len(keys) != 1 || len(keys[0]) < 16 {
				t.Errorf("keys %q", sent)
			}
			mu.Lock()
			defer mu.Unlock()
			if slices.Contains(keys, sent[0]) {
				t.Errorf("two commands sent the key %s", sent[0])
			}
			keys = append(keys, sent[0])
		})
	}
}

// answerOrCut writes an answer, or cuts the connection before or in it.
func answerOrCut(w http.ResponseWriter, answer string) {
	status, body, _ := strings.Cut(answer, " ")
	switch status {
	case "cut":
		panic(http.ErrAbortHandler)
	case "half":
		w.Header().Set("Content-Length", "2")
		_, _ = io.WriteString(w, "[")
		panic(http.ErrAbortHandler)
	case "409":
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusConflict)
	case "422":
		w.WriteHeader(http.StatusUnprocessableEntity)
	case "gone":
		w.WriteHeader(http.StatusConflict)
	}
	_, _ = io.WriteString(w, body)
}
