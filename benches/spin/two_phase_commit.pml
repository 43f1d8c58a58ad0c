/* classic::two_phase_commit for -DN= managers. The number that the coordinator heard of is kept beside the set, so that its
   size is asked for in one step. */
#define WORKING 0
#define PREPARED 1
#define COMMITTED 2
#define ABORTED 3
byte stage[N];
byte coordinator;
bit heard[N];
byte heard_of;
bit prepared_sent[N];
bit commit_sent, abort_sent;
byte committed, aborted;

#define CONSISTENT assert(!(committed > 0 && aborted > 0))

active [N] proctype Manager() {
  do
  :: d_step { stage[_pid] == WORKING -> stage[_pid] = PREPARED; prepared_sent[_pid] = 1 }
  :: d_step { stage[_pid] == WORKING -> stage[_pid] = ABORTED; aborted++; CONSISTENT }
  :: d_step { commit_sent ->
       if :: stage[_pid] != COMMITTED ->
            if :: stage[_pid] == ABORTED -> aborted-- :: else fi;
            stage[_pid] = COMMITTED; committed++
          :: else fi;
       CONSISTENT }
  :: d_step { abort_sent ->
       if :: stage[_pid] != ABORTED ->
            if :: stage[_pid] == COMMITTED -> committed-- :: else fi;
            stage[_pid] = ABORTED; aborted++
          :: else fi;
       CONSISTENT }
  :: d_step { coordinator == 0 && prepared_sent[_pid] ->
       if :: !heard[_pid] -> heard[_pid] = 1; heard_of++ :: else fi }
  od
}

active proctype Coordinator() {
  do
  :: d_step { coordinator == 0 && heard_of == N -> coordinator = COMMITTED; commit_sent = 1 }
  :: d_step { coordinator == 0 -> coordinator = ABORTED; abort_sent = 1 }
  od
}
