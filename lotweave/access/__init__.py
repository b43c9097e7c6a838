"""Who may ask and change what: keys, their roles and plants."""
