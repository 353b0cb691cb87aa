"""What the tasks of the state machines do, and the sweeper that mends what was torn."""
