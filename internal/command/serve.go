package command

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"time"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/service"
	"github.com/urfave/cli/v2"
)

func serveCommand() *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "run the service: ssh, scheduler and site in one process",
		Description: "Prints one line when everything listens:\n" +
			"  ready ssh=127.0.0.1:40022 web=http://127.0.0.1:40080\n" +
			"SIGTERM, SIGINT and SIGHUP stop it: waiting pushes are told how to re-attach.\n\n" +
			"Example: grader serve --data /var/lib/grader --ssh :2222 --web :8080",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "data", Usage: "data `DIR`ectory", EnvVars: []string{"GRADER_DATA"}, Value: "data"},
			&cli.StringFlag{Name: "ssh", Usage: "`ADDRESS` of the SSH server", Value: "127.0.0.1:2222"},
			&cli.StringFlag{Name: "web", Usage: "`ADDRESS` of the site", Value: "127.0.0.1:8080"},
			&cli.StringFlag{Name: "tls-cert", Usage: "serve the site by HTTPS with the certificate chain in `FILE`, read again when it changes"},
			&cli.StringFlag{Name: "tls-key", Usage: "`FILE` of the certificate's key"},
			&cli.BoolFlag{Name: "acme", Usage: "serve the site by HTTPS with a certificate of Let's Encrypt, to whose terms you agree; --web must be reachable at port 443 of public_url"},
			&cli.StringFlag{Name: "acme-email", Usage: "`ADDRESS` for the authority's notices"},
			&cli.StringFlag{Name: "acme-directory", Usage: "`URL` of another authority's ACME directory"},
			&cli.StringFlag{Name: "http", Usage: "`ADDRESS` of plain HTTP that leads to the site's HTTPS, such as :80; with --acme the authority may check the name there"},
			&cli.StringFlag{Name: "metrics", Usage: "`ADDRESS` of /metrics, /healthz and /readyz for monitoring; whoever reaches it reads them"},
			&cli.StringFlag{Name: "config", Usage: "configuration `FILE`; see configs/grader.yaml"},
			&cli.StringFlag{Name: "log", Usage: "`LEVEL` of the log on standard error: debug, info, warn or error", Value: "info"},
		},
		OnUsageError: misuse,
		Action:       serve,
	}
}

// collectAt is GOGC for the server, in percent. At a deadline thousands of small sessions
// wait. With Go's default of 100 the heap could hold as much garbage as live data.
const collectAt = 50

func collectSooner() {
	if os.Getenv("GOGC") == "" { // keep the operator's setting
		debug.SetGCPercent(collectAt)
	}
}

// stopTime is the time for waiting pushes and running work to end.
const stopTime = 20 * time.Second

func serve(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	config, err := configs.Load(c.String("config"))
	if err != nil {
		return err
	}
	logger, err := newLogger(c)
	if err != nil {
		return err
	}
	collectSooner()
	s := &service.Service{
		Data: c.String("data"), SSH: c.String("ssh"), Web: c.String("web"), Metrics: c.String("metrics"), HTTP: c.String("http"),
		TLS: service.TLS{
			Cert: c.String("tls-cert"), Key: c.String("tls-key"),
			ACME: c.Bool("acme"), ACMEEmail: c.String("acme-email"), ACMEDirectory: c.String("acme-directory"),
		},
		Config: config, Version: version, Logger: logger, Clock: time.Now,
	}
	if err := s.Start(c.Context); err != nil {
		return err
	}
	debug.FreeOSMemory() // what starting needed
	fmt.Fprintf(c.App.Writer, "ready ssh=%s web=%s\n", s.SSHAddress(), s.WebURL())
	<-c.Done()
	logger.Info("server stopping", "reason", context.Cause(c.Context))
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context), stopTime)
	defer cancel()
	return s.Stop(ctx)
}

// storeLogger returns a logger for commands that open the database themselves.
func storeLogger(c *cli.Context) *slog.Logger {
	return slog.New(slog.NewTextHandler(c.App.ErrWriter, nil))
}

func newLogger(c *cli.Context) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.String("log"))); err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	return slog.New(slog.NewTextHandler(c.App.ErrWriter, &slog.HandlerOptions{Level: level})), nil
}
