package store

import (
	"github.com/grader/grader/gitd"
	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/web"
)

var (
	_ gitd.Accounts  = (*AccountTables)(nil)
	_ gitd.Courses   = (*Store)(nil)
	_ gitd.Ledger    = (*Store)(nil)
	_ scheduler.Jobs = (*QueueTables)(nil)
	_ web.Accounts   = (*Store)(nil)
	_ web.Results    = (*Store)(nil)
	_ web.Sessions   = (*AccountTables)(nil)
)
