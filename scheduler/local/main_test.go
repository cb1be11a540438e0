package local_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/grader/grader/runner"
)

// TestMain makes this program act as the runners that its tests start.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "good":
			ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
			defer stop()
			os.Exit(serve(ctx))
		case "broken":
			fmt.Fprintln(os.Stderr, "no wall on this \x1b[31mmachine")
			os.Exit(3)
		case "stubborn":
			signal.Ignore(syscall.SIGTERM)
			os.Exit(serve(context.Background()))
		case "server":
			server()
		}
	}
	goleak.VerifyTestMain(m)
}

// serve runs a runner without a sandbox.
func serve(ctx context.Context) int {
	a := &runner.Agent{Open: func(context.Context, string) (*runner.Station, error) { return &runner.Station{}, nil }}
	if err := a.Run(ctx, os.NewFile(3, "credential")); err != nil {
		slog.Error("runner failed", "error", err)
		return 1
	}
	return 0
}
