/* sharded_store.wt for 5 nodes, 4 keys and 5 values. A set of values is a mask, and so is a set of nodes; each event with
   its parameters is an option of its own, since a choice of parameters step by step would be more steps. */
byte table[20], moving[20];      /* by 4 * node + key */
byte owner[4];

#define AT(n, k) (4 * (n) + (k))
#define BIT(i) (1 << (i))
#define NOWHERE(k) (owner[k] == 0 && \
  (table[AT(0,k)] | table[AT(1,k)] | table[AT(2,k)] | table[AT(3,k)] | table[AT(4,k)] | \
   moving[AT(0,k)] | moving[AT(1,k)] | moving[AT(2,k)] | moving[AT(3,k)] | moving[AT(4,k)]) == 0)
#define ONE_OWNER(k) assert((owner[k] & (owner[k] - 1)) == 0)

#define CLAIM(n, k) \
  :: d_step { NOWHERE(k) -> owner[k] = owner[k] | BIT(n); ONE_OWNER(k) }
#define RESHARD(f, t, k, v) \
  :: d_step { (table[AT(f,k)] & BIT(v)) -> \
       table[AT(f,k)] = table[AT(f,k)] & (255 - BIT(v)); \
       owner[k] = owner[k] & (255 - BIT(f)); \
       moving[AT(t,k)] = moving[AT(t,k)] | BIT(v) }
#define RECEIVE(n, k, v) \
  :: d_step { (moving[AT(n,k)] & BIT(v)) -> \
       moving[AT(n,k)] = moving[AT(n,k)] & (255 - BIT(v)); \
       table[AT(n,k)] = table[AT(n,k)] | BIT(v); \
       owner[k] = owner[k] | BIT(n); ONE_OWNER(k) }
#define PUT(n, k, v) \
  :: d_step { (owner[k] & BIT(n)) -> table[AT(n,k)] = BIT(v) }

#define TO(f, k, v) RESHARD(f,0,k,v) RESHARD(f,1,k,v) RESHARD(f,2,k,v) RESHARD(f,3,k,v) RESHARD(f,4,k,v)
#define VALUE(n, k, v) TO(n,k,v) RECEIVE(n,k,v) PUT(n,k,v)
#define PLACE(n, k) CLAIM(n,k) VALUE(n,k,0) VALUE(n,k,1) VALUE(n,k,2) VALUE(n,k,3) VALUE(n,k,4)
#define KEY(k) PLACE(0,k) PLACE(1,k) PLACE(2,k) PLACE(3,k) PLACE(4,k)

active proctype Store() {
  do
  KEY(0)
  KEY(1)
  KEY(2)
  KEY(3)
  od
}
