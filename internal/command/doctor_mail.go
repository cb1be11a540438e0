package command

import (
	"context"
	"time"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/service"
)

// mailTimeout is the timeout of the check of the mail server.
const mailTimeout = 30 * time.Second

// mailFindings checks that the configured mail server answers, offers TLS and accepts the
// password. It sends no mail. Grading works without a mail server.
func mailFindings(ctx context.Context, config configs.Config) []finding {
	if config.SMTP == nil {
		return nil
	}
	f := finding{What: "mail server", Remedy: "correct smtp in the configuration file; docs/notifications.md explains it"}
	ctx, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	server, err := service.MailServer(config.SMTP)
	if err == nil {
		err = server.Check(ctx)
	}
	if f.Works = err == nil; f.Works {
		f.Says, f.Remedy = config.SMTP.Host+" accepts us", ""
	} else {
		f.Says = err.Error()
	}
	return []finding{f}
}
