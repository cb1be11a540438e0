package service_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema/receipt"
)

// TestReceiptKeyIsPublished starts a service twice on the same data. The published key stays the same, and only the service's
// user can read the private key.
func TestReceiptKeyIsPublished(t *testing.T) {
	t.Parallel()
	s := start(t)
	get := func() string {
		t.Helper()
		response, err := http.Get(s.WebURL() + "/-/receipt-key")
		check(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		check(t, err)
		return string(text)
	}
	first := get()
	if _, err := receipt.ParseKey(first); err != nil {
		t.Errorf("%q: %v", first, err)
	}
	info, err := os.Stat(filepath.Join(s.Data, service.ReceiptKey))
	check(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	s.stop()
	check(t, s.Start(t.Context()))
	if again := get(); again != first {
		t.Errorf("the key was %q and is %q", first, again)
	}
	http.DefaultClient.CloseIdleConnections()
}
