// Package schema is grader's vocabulary: names, states, the records that the store keeps, the
// messages that runners and the control plane exchange, and the error type of all packages. It
// imports nothing of ours.
//
// The diagram shows the states of a job, in agreement with the SQL CHECK in store/migrations and
// the table Transitions:
//
//	queued ──▶ assigned ──▶ running ──▶ done
//	  ▲ │          │           │
//	  │ │          ├───────────┤  runner lost, attempts left
//	  └─┼──────────┴───────────┘
//	    │          │           │
//	    ├──────────┴───────────┴──▶ cancelled   (staff)
//	    └──────────┴───────────┴──▶ failed      (no attempts left, blamed on the infrastructure)
package schema
