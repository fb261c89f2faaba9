"""Data of the demo: the real contract (`reference`) and what a seed invents around it (`fictif`)."""
