package scheduler

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
)

// longestSocket is the maximum length of a unix socket's path, without its final NUL.
const longestSocket = 107

// listenUnix listens on a socket that only this user may connect to. It replaces an existing
// socket: the caller holds the data directory's lock, so no server uses it.
func listenUnix(ctx context.Context, path string) (net.Listener, error) {
	if len(path) > longestSocket {
		return nil, fmt.Errorf("%s: longer than %d bytes; use a shorter runtime directory", path, longestSocket)
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("directory: %w", err)
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("old socket: %w", err)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("mode: %w", err)
	}
	return l, nil
}
