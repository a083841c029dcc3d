package process

import "syscall"

// dieWithParent has the kernel kill the process when narrate dies without
// having had a chance to. (Strictly, when the thread that started it ends; Go
// ends a thread only when a goroutine locked to it returns.)
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
