# Lets CMake projects build against the ROS 2 wheels from PyPI; ros_ws/build_wheels.sh passes it
# as CMAKE_PROJECT_INCLUDE. A ROS installation does not need it.
#
# The wheels' CMake exports name include folders of the machine that built them
# (/opt/python/cp311-cp311/...). CMake refuses to generate when a target names a folder that does
# not exist, so such folders are dropped from every imported target once the project is read.

function(_llmagentos_drop_missing_includes)
  get_property(_targets DIRECTORY PROPERTY IMPORTED_TARGETS)
  foreach(_target IN LISTS _targets)
    get_target_property(_folders ${_target} INTERFACE_INCLUDE_DIRECTORIES)
    if(NOT _folders)
      continue()
    endif()
    set(_kept "")
    foreach(_folder IN LISTS _folders)
      # Generator expressions cannot be judged here, and are not what the wheels get wrong.
      if(_folder MATCHES "\\$<" OR EXISTS "${_folder}")
        list(APPEND _kept "${_folder}")
      endif()
    endforeach()
    set_target_properties(${_target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${_kept}")
  endforeach()
endfunction()

cmake_language(DEFER CALL _llmagentos_drop_missing_includes)
